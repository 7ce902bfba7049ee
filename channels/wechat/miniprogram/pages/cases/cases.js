// The citizen's own cases, the newest first.

const { caseView } = require("../../core/case-view.js");
const gateway = require("../../gateway.js");
const { look } = require("../../i18n/i18n.js");

Page({
  data: {
    ...look(),
    state: "loading", // loading, open, failed
    /** @type {any[]} */
    cases: [],
  },

  onShow() {
    return this.refresh();
  },

  async onPullDownRefresh() {
    await this.refresh();
    wx.stopPullDownRefresh();
  },

  async refresh() {
    this.setData(look());
    const { words } = this.data;
    wx.setNavigationBarTitle({ title: words.my_cases });
    try {
      const found = await gateway.cases();
      this.setData({ state: "open", cases: found.map((/** @type {any} */ one) => caseView(one, words)) });
    } catch {
      this.setData({ state: "failed" });
    }
  },

  /** @param {WechatMiniprogram.BaseEvent} event */
  onCase(event) {
    wx.navigateTo({ url: `/pages/case/case?id=${event.currentTarget.dataset.id}` });
  },
});
