// The first page: what to do in danger, and the matters a form can be filled for.

const { begun } = require("../../drafts.js");
const gateway = require("../../gateway.js");
const { enlarge, isLarge, language, look, speak } = require("../../i18n/i18n.js");
const { matters } = require("../../core/matters.js");

Page({
  data: {
    ...look(),
    search: "",
    /** @type {import("../../core/matters.js").Head[]} */
    heads: [],
    /** @type {any[]} */
    subjects: [],
    found: "",
    state: "loading", // loading, open, failed
  },

  onLoad() {
    return this.refresh();
  },

  // A form may have been begun or sent meanwhile.
  onShow() {
    if (this.data.state === "open") this.list();
  },

  async onPullDownRefresh() {
    await this.refresh();
    wx.stopPullDownRefresh();
  },

  async refresh() {
    this.setData({ ...look(), state: "loading" });
    wx.setNavigationBarTitle({ title: this.data.words.title });
    try {
      this.setData({ heads: await gateway.templates(), state: "open" });
      this.list();
    } catch {
      this.setData({ state: "failed" });
    }
  },

  list() {
    this.setData(matters(this.data.heads, this.data.search, begun(), this.data.words));
  },

  /** @param {WechatMiniprogram.Input} event */
  onSearch(event) {
    this.setData({ search: event.detail.value });
    this.list();
  },

  /** @param {WechatMiniprogram.BaseEvent} event */
  onMatter(event) {
    wx.navigateTo({ url: `/pages/form/form?template=${event.currentTarget.dataset.id}` });
  },

  /** @param {WechatMiniprogram.BaseEvent} event */
  onCall(event) {
    wx.makePhoneCall({ phoneNumber: event.currentTarget.dataset.number });
  },

  onCases() {
    wx.navigateTo({ url: "/pages/cases/cases" });
  },

  onAbout() {
    wx.navigateTo({ url: "/pages/about/about" });
  },

  onLanguage() {
    speak(language() === "zh" ? "en" : "zh");
    return this.refresh();
  },

  onLarge() {
    enlarge(!isLarge());
    this.setData(look());
  },
});
