// Puts the mini-program as it is (its own pages, WXML, WXSS) on one web page that runs it on glass-easel, the engine of
// WeChat's own new renderer. Usage: node build.js FOLDER

const { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } = require("node:fs");
const { join, relative } = require("node:path");
const { TmplGroup } = require("glass-easel-template-compiler");

const HOME = join(__dirname, "../../../channels/wechat/miniprogram");
const ENGINES = ["glass-easel", "glass-easel-miniprogram-adapter"];

function filesOf(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesOf(path) : [path];
  });
}

const files = filesOf(HOME);
const read = (path) => readFileSync(path, "utf-8");
const nameOf = (path) => relative(HOME, path).replace(/\.\w+$/, "");
const of = (end) => files.filter((path) => path.endsWith(end));

function templates() {
  const group = new TmplGroup();
  for (const path of of(".wxml")) group.addTmpl(nameOf(path), read(path));
  group.addTmpl("phone/picker", '<view bind:tap="open"><slot /></view>');
  const source = group.getTmplGenObjectGroups();
  group.free();
  return source;
}

const modules = () => of(".js").map((path) => `${JSON.stringify(nameOf(path))}: function (require, module, exports, wx, App, Page, Component) {\n${read(path)}\n}`);

function configs() {
  const isComponent = (path) => files.includes(path.replace(/json$/, "wxml"));
  return Object.fromEntries(of(".json").filter(isComponent).map((path) => [nameOf(path), JSON.parse(read(path))]));
}

// WeChat's unit: 750 rpx are as wide as the screen. Its `page` is our body.
function styles() {
  const css = ["app", ...of(".wxss").map(nameOf).filter((name) => name !== "app")].map((name) => read(join(HOME, `${name}.wxss`))).join("\n");
  return css.replace(/(\d+)rpx/g, "calc($1 * 100vw / 750)").replace(/(^|[\s,}])page(?=[\s,{])/g, "$1body");
}

// Each engine is a CommonJS file; the second one asks for the first.
const engines = () => ENGINES.map((name) => `${JSON.stringify(name)}: function (require, module, exports) {\n${read(require.resolve(name)).replace(/\/\/# sourceMappingURL.*/, "")}\n}`);

const out = process.argv[2];
mkdirSync(out, { recursive: true });
writeFileSync(join(out, "stage.js"), `
const ENGINES = {${engines().join(",\n")}};
const MODULES = {${modules().join(",\n")}};
const CONFIGS = ${JSON.stringify(configs())};
const TEMPLATES = ${templates()};
${read(join(__dirname, "phone.js"))}`);
writeFileSync(join(out, "stage.css"), `${read(join(__dirname, "phone.css"))}\n${styles()}`);
writeFileSync(join(out, "index.html"), read(join(__dirname, "index.html")));
