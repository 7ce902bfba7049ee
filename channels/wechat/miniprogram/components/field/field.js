// One field of a form: its label, help, control and fault. It shows a view of core/card.js and says what was done to it:
// change {id, value}, add {id, from}, remove {id, upload}, place {id}.

Component({
  properties: {
    /** @type {any} a View of core/card.js */
    view: { type: Object, value: null },
    /** @type {any} */
    words: { type: Object, value: null },
    today: { type: String, value: "" }, // the last day that can be picked
  },

  methods: {
    /** @param {import("../../core/verdicts.js").Value} value */
    tell(value) {
      this.triggerEvent("change", { id: this.data.view.id, value });
    },

    /** @param {WechatMiniprogram.Input} event */
    onInput(event) {
      this.tell(event.detail.value);
    },

    // A radio that is not needed can be taken back by pressing it again.
    /** @param {WechatMiniprogram.BaseEvent} event */
    onRadio(event) {
      const { value } = event.currentTarget.dataset;
      const { view } = this.data;
      const before = view.picks.find((/** @type {any} */ one) => one.checked);
      if (before && before.value === value) this.tell("");
      else this.tell(this.isYesNo() ? value === "yes" : value);
    },

    isYesNo() {
      return this.data.view.picks.map((/** @type {any} */ { value }) => value).join() === "yes,no";
    },

    /** @param {WechatMiniprogram.BaseEvent} event */
    onBox(event) {
      const { value } = event.currentTarget.dataset;
      const picks = this.data.view.picks.filter((/** @type {any} */ one) => one.checked !== (one.value === value));
      this.tell(picks.map((/** @type {any} */ one) => one.value));
    },

    /** @param {WechatMiniprogram.PickerChange} event */
    onMenu(event) {
      this.tell(this.data.view.picks[Number(event.detail.value)].value);
    },

    /** @param {WechatMiniprogram.PickerChange} event */
    onDay(event) {
      const time = / \d\d:\d\d$/.exec(this.data.view.text);
      this.tell(event.detail.value + (time ? time[0] : ""));
    },

    /** @param {WechatMiniprogram.PickerChange} event */
    onTime(event) {
      const day = /^\d{4}-\d\d-\d\d/.exec(this.data.view.text);
      this.tell(`${day ? day[0] : this.data.today} ${event.detail.value}`);
    },

    // A stretch is "start/end"; whose one end was picked ends where it began.
    /** @param {WechatMiniprogram.PickerChange} event */
    onEnd(event) {
      const isStart = event.currentTarget.dataset.end === "start";
      const [start = "", end = ""] = /^\d{4}-/.test(this.data.view.text) ? this.data.view.text.split("/") : [];
      const day = String(event.detail.value);
      this.tell(isStart ? `${day}/${end}` : `${start}/${day}`);
    },

    onPlace() {
      this.triggerEvent("place", { id: this.data.view.id });
    },

    /** @param {WechatMiniprogram.BaseEvent} event */
    onAdd(event) {
      this.triggerEvent("add", { id: this.data.view.id, from: event.currentTarget.dataset.from });
    },

    /** @param {WechatMiniprogram.BaseEvent} event */
    onRemove(event) {
      this.triggerEvent("remove", { id: this.data.view.id, upload: event.currentTarget.dataset.upload });
    },
  },
});
