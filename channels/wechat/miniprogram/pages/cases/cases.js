// The citizen's own cases, the newest first.

const { caseView } = require("../../core/case-view.js");
const { whyNotLinked } = require("../../filing.js");
const gateway = require("../../gateway.js");
const { look } = require("../../i18n/i18n.js");

Page({
  data: {
    ...look(),
    state: "loading", // loading, open, failed
    /** @type {any[]} */
    cases: [],
    mayLink: false,
    said: "", // what became of the phone number
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
      const cases = found.map((/** @type {any} */ one) => caseView(one, words));
      this.setData({ state: "open", cases, mayLink: gateway.mayLink() });
    } catch {
      this.setData({ state: "failed" });
    }
  },

  // Without a code the citizen did not allow it.
  /** @param {WechatMiniprogram.ButtonGetPhoneNumber} event */
  async onPhone(event) {
    const { code } = event.detail;
    if (!code) return;
    const { words } = this.data;
    try {
      await gateway.linkPhone(code);
    } catch (failure) {
      this.setData({ said: whyNotLinked(failure, words) });
      return;
    }
    this.setData({ said: words.linked });
    await this.refresh();
  },

  /** @param {WechatMiniprogram.BaseEvent} event */
  onCase(event) {
    wx.navigateTo({ url: `/pages/case/case?id=${event.currentTarget.dataset.id}` });
  },
});
