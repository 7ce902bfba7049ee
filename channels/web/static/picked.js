// The files of one field: chosen, uploaded with the chat's own code, shown, taken out again.

import { explained, picture, take } from "./files.js";
import { make } from "./view.js";

export class Files {
  isGroup = true;

  // host: {words, session(), language()}
  constructor(field, host) {
    Object.assign(this, { field, host, ids: [] });
    this.list = make("ul", "picked");
    this.state = make("p", "picked-state");
    this.state.setAttribute("role", "status");
    this.chooser = Object.assign(make("input", "unseen"), {
      type: "file", multiple: true, accept: (field.media_types ?? []).join(","), tabIndex: -1,
    });
    this.chooser.setAttribute("aria-hidden", "true");
    this.chooser.addEventListener("change", () => this.#add([...this.chooser.files]));
    this.target = make("button", "plain add", host.words.add_file);
    this.target.type = "button";
    this.target.onclick = () => this.chooser.click();
    this.element = make("div", "files");
    this.element.append(this.list, this.target, this.chooser, this.state);
  }

  read() {
    return [...this.ids];
  }

  write(value) {
    this.ids = Array.isArray(value) ? [...value] : [];
    this.list.replaceChildren(...this.ids.map((id, n) => this.#item(id, n + 1)));
  }

  async #add(files) {
    this.chooser.value = "";
    const { words } = this.host;
    this.target.disabled = true;
    try {
      for (const file of files) {
        this.state.textContent = words.sending_file;
        const stored = await take(file, this.host.session(), this.host.language(), (share) => {
          this.state.textContent = `${words.sending_file} ${Math.round(share * 100)} %`;
        });
        this.write([...this.ids, stored.upload]);
        this.#changed();
      }
      this.state.textContent = "";
    } catch (failure) {
      this.state.textContent = explained(failure, words);
    } finally {
      this.target.disabled = false;
      this.target.focus();
    }
  }

  #item(id, n) {
    const { words } = this.host;
    const item = make("li");
    const name = make("span", "file", words.file);
    picture(id, this.host.session()).then((url) => url && this.#show(name, url)).catch(() => {});
    const out = make("button", "plain out", words.remove);
    out.type = "button";
    out.setAttribute("aria-label", `${words.remove} ${n}`);
    out.onclick = () => {
      this.write(this.ids.filter((one) => one !== id));
      this.#changed();
      this.target.focus();
    };
    item.append(name, out);
    return item;
  }

  // What is no picture keeps its name.
  #show(name, url) {
    const image = Object.assign(make("img", "thumb"), { alt: this.host.words.photo });
    image.onload = () => name.replaceWith(image);
    image.src = url;
  }

  #changed() {
    this.element.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
