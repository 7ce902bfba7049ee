// One case: where it stands, what can be added to it, and the rating once it is closed.

const { caseView, goesBack, mayChoose, rating } = require("../../core/case-view.js");
const gateway = require("../../gateway.js");
const { look } = require("../../i18n/i18n.js");

const blank = () => ({ resolved: "", satisfaction: 0, contacted: "", reason: "", rework: false });

Page({
  data: {
    ...look(),
    state: "loading", // loading, open, failed
    /** @type {any} */
    one: null,
    said: "", text: "", isBusy: false,
    answers: blank(), mayChoose: false, isWhole: false,
  },

  number: "",
  // What is sent again after a lost answer is the same try: its key is new only once it was heard.
  key: "",

  /** @param {{id?: string}} query */
  onLoad({ id = "" }) {
    Object.assign(this, { number: id, key: gateway.newKey() });
    return this.refresh();
  },

  async onPullDownRefresh() {
    await this.refresh();
    wx.stopPullDownRefresh();
  },

  async refresh() {
    this.setData(look());
    wx.setNavigationBarTitle({ title: this.data.words.progress });
    try {
      this.setData({ state: "open", one: caseView(await gateway.workOrder(this.number), this.data.words) });
    } catch {
      this.setData({ state: this.data.one ? "open" : "failed" });
    }
  },

  /** @param {() => Promise<unknown>} call @param {string} thanks */
  async tell(call, thanks) {
    if (this.data.isBusy) return;
    this.setData({ isBusy: true, said: "" });
    try {
      await call();
      this.key = gateway.newKey();
      this.setData({ said: thanks, text: "", answers: blank(), isWhole: false });
      await this.refresh();
    } catch (failure) {
      this.setData({ said: failure instanceof gateway.Refused ? failure.message : this.data.words.unheard });
    }
    this.setData({ isBusy: false });
  },

  // --- adding to it ------------------------------------------------------------------------------------------------

  /** @param {WechatMiniprogram.Input} event */
  onText(event) {
    this.setData({ text: event.detail.value });
  },

  onSend() {
    const text = this.data.text.trim();
    if (!text) return undefined;
    return this.tell(() => gateway.comment(this.number, { text, urge: false }, this.key), this.data.words.sent);
  },

  onUrge() {
    return this.tell(() => gateway.comment(this.number, { text: this.data.text.trim(), urge: true }, this.key), this.data.words.sent);
  },

  // --- the rating --------------------------------------------------------------------------------------------------

  /** @param {Partial<ReturnType<typeof blank>>} some */
  answer(some) {
    const answers = { ...this.data.answers, ...some };
    this.setData({ answers, mayChoose: mayChoose(answers), isWhole: rating(answers) !== null });
  },

  /** @param {WechatMiniprogram.BaseEvent} event */
  onAnswer(event) {
    const { name, value } = event.currentTarget.dataset;
    this.answer({ [name]: value });
  },

  /** @param {WechatMiniprogram.Input} event */
  onReason(event) {
    this.answer({ reason: event.detail.value });
  },

  onRework() {
    this.answer({ rework: !this.data.answers.rework });
  },

  onRate() {
    const { answers, words } = this.data;
    const said = rating(answers);
    if (!said) return undefined;
    return this.tell(() => gateway.rate(this.number, said, this.key), goesBack(answers) ? words.rated_back : words.rated);
  },
});
