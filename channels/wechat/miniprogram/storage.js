// What this phone remembers. A phone whose storage is full or forbidden still files a complaint.

/** @param {string} name @returns {any} undefined when there is nothing */
function recall(name) {
  try {
    return wx.getStorageSync(name) || undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} name @param {unknown} value undefined forgets it */
function remember(name, value) {
  try {
    if (value === undefined) wx.removeStorageSync(name);
    else wx.setStorageSync(name, value);
  } catch {
    // nothing is kept then
  }
}

/** @param {string} prefix @returns {string[]} */
function remembered(prefix) {
  try {
    return wx.getStorageInfoSync().keys.filter((name) => name.startsWith(prefix));
  } catch {
    return [];
  }
}

module.exports = { recall, remember, remembered };
