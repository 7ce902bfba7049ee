// What is done with a citizen's data: the same text stands in the privacy guide of the mini-program's console.

const { look } = require("../../i18n/i18n.js");

Page({
  data: look(),

  onLoad() {
    this.setData(look());
    wx.setNavigationBarTitle({ title: this.data.words.privacy_title });
  },
});
