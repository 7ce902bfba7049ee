// One thing on a phone's screen as an element.
import { button, make } from "/demo/shared/say.js";

const WAYS = {
  passive: "被动回复 · passive reply", custom: "客服消息 · customer-service message", template: "模板消息 · template",
  subscription: "订阅消息 · subscription", kf: "微信客服 · kf", welcome: "欢迎语/结束语 · on event",
};
const CLOCK = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });

const BODIES = {
  voice: (bubble) => [make("span", "bars", "语音 voice"), make("span", "heard", bubble.text || "（没有识别文字 no text）")],
  image: (bubble, address) => [image(address)],
  video: () => [make("span", "bars", "视频 video")],
  location: (bubble) => [make("span", "pin", "位置 location"), make("span", "", bubble.text)],
  card: (bubble) => [make("b", "", "服务通知"), make("span", "", bubble.text)],
};

function image(address) {
  const picture = make("img");
  picture.src = address;
  picture.alt = "照片 photo";
  return picture;
}

// `address` of the picture; `pick(id)` is called when an item of a menu is tapped.
export function bubbleOf(bubble, address, pick) {
  const row = make("div", `line ${bubble.side} ${bubble.kind}`);
  if (bubble.side === "system") {
    row.append(make("span", "note", bubble.text));
    return row;
  }
  const body = make("div", "bubble", ...(BODIES[bubble.kind]?.(bubble, address) ?? [make("span", "", bubble.text)]));
  for (const [id, label] of Object.entries(bubble.menu)) body.append(button(label, () => pick(id), "item"));
  const said = [CLOCK.format(new Date(bubble.at)), WAYS[bubble.way]].filter(Boolean).join(" · ");
  row.append(body, make("small", "when", said));
  return row;
}
