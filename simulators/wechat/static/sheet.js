// The sheet behind "＋": everything a citizen can do beside writing.
import { button, make, tile } from "/demo/shared/say.js";

// Voice, photo and place are of one matter, so that three taps and a telephone number file it.
const MATTER = "这里的路面坑坑洼洼，半个月了没人修，要求尽快补好";
const PLACE = { label: "广州市天河区体育西路103号", latitude: 23.1335, longitude: 113.3217 };

export function sheetOf(phone) {
  return [
    make("div", "grid", ...common(phone), ...OWN[phone.account.kind](phone)),
    ...(phone.account.subscriptions.length ? [subscription(phone)] : []),
  ];
}

function common(phone) {
  return [
    tile("语音", "voice", () => phone.act("speaks", { text: phone.takeWords() || MATTER })),
    tile("选照片", "photo", () => choose(phone)),
    tile("示例照片", "sample", async () => phone.act("photographs", await sample())),
    tile("位置", "location", () => phone.act("stands_at", { ...PLACE, label: phone.takeWords() || PLACE.label })),
    tile("过 48 小时", "48 h later", () => phone.act("waits_48_hours")),
  ];
}

function ofAccount(phone) {
  const { follows, refuses } = phone.citizen;
  const scene = () => phone.takeWords() || "t=express_delivery";
  return [
    tile("扫码", "scan", () => phone.act(follows ? "scans" : "follows", { scene: scene() })),
    follows ? tile("取消关注", "unfollow", () => phone.act("leaves"))
      : tile("关注", "follow", () => phone.act("follows")),
    tile(refuses ? "恢复接收" : "拒收消息", "refuse", () => phone.act("refuses")),
    tile("听不清", "unrecognised", () => phone.act("mumbles")),
  ];
}

function ofKf(phone) {
  return [
    tile("进入会话", "enter", () => phone.act("enters", { scene: phone.takeWords() })),
    tile("坐席接入", "agent takes", () => phone.act("agent_takes")),
    tile("坐席说话", "agent says", () => phone.act("agent_says", { text: phone.takeWords() || "您好，我是坐席" })),
    tile("坐席结束", "agent ends", () => phone.act("agent_ends")),
  ];
}

function ofMini(phone) {
  return [tile("进入会话", "enter", () => phone.act("enters"))];
}

const OWN = { official: ofAccount, mini: ofMini, kf: ofKf };

// The box in which a citizen allows subscription messages.
function subscription(phone) {
  const boxes = phone.account.subscriptions.map((template) => {
    const box = make("input");
    box.type = "checkbox";
    box.value = template;
    return box;
  });
  const answer = (accept) => {
    const templates = boxes.filter((box) => box.checked).map((box) => box.value);
    if (templates.length) phone.act("answers", { templates, accept });
  };
  return make("fieldset", "subscription", make("legend", "", "订阅消息 subscription"),
    ...boxes.map((box) => make("label", "", box, ` ${box.value}`)),
    make("div", "row", button("允许 accept", () => answer(true), "strong"), button("拒绝 reject", () => answer(false))));
}

function choose(phone) {
  const input = make("input");
  input.type = "file";
  input.accept = "image/*,video/mp4";
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (file) phone.act(file.type.startsWith("video/") ? "films" : "photographs", await encoded(file));
  });
  input.click();
}

async function encoded(blob) {
  const address = await new Promise((done) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => done(reader.result));
    reader.readAsDataURL(blob);
  });
  return { data: address.slice(address.indexOf(",") + 1), content_type: blob.type };
}

// A hole in a road, drawn here: no photograph of anybody's street.
async function sample() {
  const canvas = make("canvas");
  [canvas.width, canvas.height] = [640, 480];
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#8b8e91";
  pen.fillRect(0, 0, 640, 480);
  pen.fillStyle = "#e8e6df";
  for (let dash = 0; dash < 4; dash += 1) pen.fillRect(40 + 170 * dash, 52, 90, 14);
  for (let ring = 5; ring > 0; ring -= 1) {
    pen.fillStyle = `rgba(34, 32, 30, ${0.14 + 0.03 * ring})`;
    pen.beginPath();
    pen.ellipse(330, 280, 46 * ring, 26 * ring, 0.3, 0, 2 * Math.PI);
    pen.fill();
  }
  return encoded(await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85)));
}
