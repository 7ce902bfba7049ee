// One complaint form, whichever template: filled in, checked, looked over, filed. What stands on it and what is wrong
// with it is form-core.js; here are taps, the phone's pickers and the gateway.

const config = require("../../config.js");
const { card, review } = require("../../core/card.js");
const { fill } = require("../../core/filling.js");
const { patches } = require("../../core/patches.js");
const drafts = require("../../drafts.js");
const { attempt, fileOrder, whyNotUploaded } = require("../../filing.js");
const { check, mostFiles, notices, onForm, payload } = require("../../form-core.js");
const gateway = require("../../gateway.js");
const { look, problem } = require("../../i18n/i18n.js");
const { chooseFiles, choosePlace } = require("../../picking.js");

/**
 * @typedef {import("../../form-core.js").Template} Template
 * @typedef {import("../../form-core.js").Field} Field
 * @typedef {import("../../form-core.js").FieldFault} FieldFault
 */

Page({
  data: {
    ...look(),
    state: "loading", // loading, failed, open, review, filed
    /** @type {any} */
    head: null, // title, description, privacy of the template
    /** @type {any[]} */
    parts: [],
    /** @type {any[]} */
    more: [],
    isMoreOpen: false,
    /** @type {any[]} */
    notices: [],
    done: "", share: 0,
    /** @type {any[]} */
    toMend: [], mend: "", // {id, text}; how many
    mayInsist: false,
    said: "", isBusy: false,
    asks: config.subscriptions.length > 0,
    /** @type {any[]} */
    lines: [], // of the review
    /** @type {any} */
    filed: null,
    today: "",
  },

  matter: "", // the template's id
  /** @type {Template | null} */
  form: null,
  draft: drafts.blank(),
  /** @type {Record<string, string>} upload id → its place on this phone */
  paths: {},
  /** @type {Record<string, string>} field id → what is wrong with it */
  faults: {},
  insists: false,

  /** @param {{template?: string}} query */
  onLoad({ template = "general" }) {
    Object.assign(this, { matter: template, paths: {}, faults: {}, insists: false });
    return this.open();
  },

  async open() {
    this.setData({ ...look(), state: "loading" });
    try {
      const template = await gateway.template(this.matter);
      this.form = template;
      this.draft = drafts.open(template);
      const { title, description, privacy } = template;
      wx.setNavigationBarTitle({ title });
      this.setData({ head: { title, description, privacy: privacy.text }, state: "open" });
      this.draw();
    } catch {
      this.setData({ state: "failed" });
    }
  },

  onHide() {
    this.keep();
  },

  onUnload() {
    this.keep();
  },

  keep() {
    if (this.form && this.data.state !== "filed") drafts.keep(this.form, this.draft);
  },

  // --- the form --------------------------------------------------------------------------------------------------

  circumstances() {
    return { now: new Date(), kinds: this.draft.kinds };
  },

  how() {
    return { words: this.data.words, paths: this.paths, faults: this.faults };
  },

  draw() {
    if (!this.form) return;
    const now = this.circumstances();
    const today = new Date(now.now.getTime() + 8 * 3_600_000).toISOString().slice(0, 10); // in China
    this.setData(patches(this.data, { ...card(this.form, this.draft.typed, now, this.how()), today }));
  },

  /** @param {string} id @param {import("../../core/verdicts.js").Value} value */
  put(id, value) {
    this.draft.typed[id] = value;
    delete this.faults[id];
    this.insists = false;
    this.setData({ said: "", mayInsist: false });
    this.draw();
    this.keep();
  },

  /** @param {WechatMiniprogram.CustomEvent} event */
  onChange(event) {
    this.put(event.detail.id, event.detail.value);
  },

  /** @param {WechatMiniprogram.CustomEvent} event */
  async onPlace(event) {
    const place = await choosePlace();
    if (place) this.put(event.detail.id, place);
  },

  /** @param {WechatMiniprogram.CustomEvent} event */
  async onAdd(event) {
    const { id, from } = event.detail;
    for (const path of await chooseFiles(from, this.roomIn(id))) {
      wx.showLoading({ title: this.data.words.sending_file, mask: true });
      try {
        const { upload, media_type: kind } = await gateway.upload(path);
        if (kind.startsWith("image/")) this.paths[upload] = path;
        this.draft.kinds[upload] = kind;
        this.put(id, [...this.filesOf(id), upload]);
      } catch (failure) {
        wx.showToast({ title: whyNotUploaded(failure, this.data.words), icon: "none" });
        return;
      } finally {
        wx.hideLoading();
      }
    }
  },

  /** @param {WechatMiniprogram.CustomEvent} event */
  onRemove(event) {
    const { id, upload } = event.detail;
    this.put(id, this.filesOf(id).filter((/** @type {string} */ one) => one !== upload));
  },

  /** @param {string} id @returns {string[]} */
  filesOf(id) {
    const value = this.draft.typed[id];
    return Array.isArray(value) ? value : [];
  },

  /** @param {string} id @returns {number} how many more files */
  roomIn(id) {
    const field = this.fieldOf(id);
    return field ? mostFiles(field) - this.filesOf(id).length : 0;
  },

  /** @param {string} id @returns {Field | undefined} */
  fieldOf(id) {
    return this.form ? this.form.fields.find((/** @type {Field} */ one) => one.id === id) : undefined;
  },

  onMore() {
    this.setData({ isMoreOpen: !this.data.isMoreOpen });
  },

  async onClear() {
    const { words } = this.data;
    const { confirm } = await wx.showModal({
      title: words.clear_title, content: words.clear_text, confirmText: words.remove, cancelText: words.cancel,
    });
    if (!confirm) return;
    Object.assign(this, { draft: drafts.blank(), faults: {}, paths: {} });
    drafts.drop(this.matter);
    this.setData({ toMend: [], said: "" });
    this.draw();
  },

  // --- looking it over ---------------------------------------------------------------------------------------------

  onReview() {
    if (!this.form) return;
    const now = this.circumstances();
    const { faults } = check(this.form, onForm(this.form, this.draft.typed, now), now);
    const open = faults.filter(({ said }) => !(said && this.insists));
    if (this.blame(open)) return;
    const texts = notices(this.form, this.draft.typed, now, ["summary"]);
    this.setData({ state: "review", lines: review(this.form, this.draft.typed, now, this.how()), notices: texts });
    wx.pageScrollTo({ scrollTop: 0, duration: 0 });
  },

  // What only a rule between fields says may be read and passed over: the clerk decides then.
  onInsist() {
    this.insists = true;
    this.onReview();
  },

  onEdit() {
    this.setData({ state: "open", said: "" });
    this.draw();
  },

  /** @param {FieldFault[]} faults @returns {boolean} whether there is one */
  blame(faults) {
    const label = (/** @type {string} */ id) => (this.fieldOf(id) || { label: id }).label;
    const told = faults.map((fault) => ({ id: fault.field, text: problem(fault, label(fault.field)) }));
    return this.mend(told, faults.length > 0 && faults.every(({ said }) => said));
  },

  /** @param {{id: string, text: string}[]} told @param {boolean} mayInsist @returns {boolean} whether there is one */
  mend(told, mayInsist) {
    this.faults = Object.fromEntries(told.map(({ id, text }) => [id, text]));
    const mend = fill(this.data.words.to_mend, { n: told.length });
    this.setData({ state: "open", toMend: told, mend, mayInsist, said: "" });
    this.draw();
    if (!told.length) return false;
    if (this.data.more.some(({ id }) => id === told[0].id)) this.setData({ isMoreOpen: true });
    this.scrollTo(told[0].id);
    return true;
  },

  /** @param {string} id */
  scrollTo(id) {
    wx.pageScrollTo({ selector: `.form >>> .field-${id}`, offsetTop: -40, duration: 200 });
  },

  /** @param {WechatMiniprogram.BaseEvent} event */
  onFault(event) {
    this.scrollTo(event.currentTarget.dataset.id);
  },

  // --- filing it ---------------------------------------------------------------------------------------------------

  // WeChat asks about messages only within a tap, and a grant is for one message: so it is asked here, before all else.
  onSubmit() {
    if (this.data.isBusy) return;
    this.setData({ isBusy: true, said: "" });
    const ids = config.subscriptions.slice(0, 5);
    if (ids.length) wx.requestSubscribeMessage({ tmplIds: ids, complete: () => this.file() });
    else this.file();
  },

  async file() {
    if (!this.form) return;
    const order = payload(this.form, this.draft.typed, this.circumstances(), this.insists);
    this.draft.sent = attempt(order, this.draft.sent);
    this.keep();
    const { filed, errors, said = "" } = await fileOrder(order, this.draft.sent.key, this.data.words);
    this.setData({ isBusy: false, said });
    if (filed) this.received(filed);
    else if (errors) this.answered(errors);
  },

  /** @param {any} filed */
  received(filed) {
    if (!this.form) return;
    const told = notices(this.form, this.draft.typed, this.circumstances(), ["receipt"]);
    drafts.drop(this.matter);
    const { words } = this.data;
    const due = filed.due ? fill(words.due, { day: filed.due.slice(0, 10) }) : "";
    const alarm = filed.emergency ? fill(words.emergency, filed.emergency) : "";
    this.setData({ state: "filed", filed: { ...filed, due, alarm }, notices: told });
    wx.pageScrollTo({ scrollTop: 0, duration: 0 });
  },

  // The gateway's own words; where they all are a rule's, the form may be sent as it is.
  /** @param {{field: string, code: string, message: string}[]} errors */
  answered(errors) {
    const kinds = this.form ? this.form.rules.map((/** @type {{kind: string}} */ { kind }) => kind) : [];
    const mayInsist = errors.every(({ code }) => kinds.includes(code));
    this.mend(errors.map(({ field, message }) => ({ id: field, text: message })), mayInsist);
  },

  onCopy() {
    wx.setClipboardData({ data: this.data.filed.work_order_id });
  },

  onCall() {
    wx.makePhoneCall({ phoneNumber: this.data.filed.emergency.number });
  },

  onCase() {
    wx.redirectTo({ url: `/pages/case/case?id=${this.data.filed.work_order_id}` });
  },

  onHome() {
    wx.reLaunch({ url: "/pages/home/home" });
  },
});
