// The phone's own pickers; who closes one without choosing has chosen nothing.

/** @param {"album" | "chat"} from @param {number} most @returns {Promise<string[]>} places on this phone */
async function chooseFiles(from, most) {
  try {
    if (from === "chat") return (await wx.chooseMessageFile({ count: most, type: "file" })).tempFiles.map(({ path }) => path);
    const { tempFiles } = await wx.chooseMedia({
      count: Math.min(most, 9), mediaType: ["image", "video"], sizeType: ["compressed"], maxDuration: 30,
    });
    return tempFiles.map(({ tempFilePath }) => tempFilePath);
  } catch {
    return [];
  }
}

/** @returns {Promise<string>} a place of the map as an address; empty when none was chosen */
async function choosePlace() {
  try {
    const { address, name } = await wx.chooseLocation({});
    return address.includes(name) ? address : `${address}${name}`;
  } catch {
    return "";
  }
}

module.exports = { chooseFiles, choosePlace };
