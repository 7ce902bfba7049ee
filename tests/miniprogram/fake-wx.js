// A `wx` for tests under node: a phone's storage, and a gateway that answers what the test says.

function fakeWx(answers = []) {
  const storage = new Map();
  const asked = [];
  const hear = ({ url, method = "UPLOAD", data, header, success, fail }) => {
    asked.push({ path: url.replace(/^https?:\/\/[^/]+/, ""), method, data, header });
    const next = answers.shift();
    if (!next) fail({ errMsg: "request:fail timeout" });
    else success({ statusCode: next[0], data: typeof next[1] === "string" ? next[1] : JSON.stringify(next[1]), header: next[2] || {} });
  };
  return {
    asked, storage, answers,
    getStorageSync: (name) => storage.get(name) || "",
    setStorageSync: (name, value) => storage.set(name, value),
    removeStorageSync: (name) => storage.delete(name),
    getStorageInfoSync: () => ({ keys: [...storage.keys()] }),
    getAppBaseInfo: () => ({ language: "zh_CN" }),
    getAccountInfoSync: () => ({ miniProgram: { appId: "wx1" } }),
    login: ({ success }) => success({ code: "c0de" }),
    request: hear,
    uploadFile: hear,
  };
}

module.exports = { fakeWx };
