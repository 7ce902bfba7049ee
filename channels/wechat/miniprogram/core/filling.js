// Words with places for values in them: 共 {n} 个事项.

/** @param {string} text @param {Record<string, string | number>} values @returns {string} a place without a value is empty */
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] === undefined ? "" : values[name]));

module.exports = { fill };
