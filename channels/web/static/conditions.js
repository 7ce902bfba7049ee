// Whether a template's condition holds for the values on the card; the gateway's own word is gateway/dialogue/conditions.py.

const HOUR_MS = 3_600_000;
const CHINA = "+08:00";

// values: field id → text, list of texts or boolean; an empty field has none
export function holds(condition, values) {
  if (!condition) return true;
  const { any, all } = condition;
  if (any || all) return (!any || any.some((part) => holds(part, values))) && (!all || all.every((part) => holds(part, values)));
  const value = values[condition.field];
  const present = value !== undefined;
  if (condition.present || condition.absent) return present !== Boolean(condition.absent);
  if (!present) return false;
  if (condition.over !== undefined) return amount(value) > condition.over;
  if (condition.older_hours !== undefined) return age(value) > condition.older_hours * HOUR_MS;
  return said(value).some((one) => (condition.one_of ?? []).includes(one));
}

function said(value) {
  if (typeof value === "boolean") return value ? ["yes", "true"] : ["no", "false"];
  return Array.isArray(value) ? value : [String(value)];
}

// 1,280.50元 as a number; what only people can read (三百二十块) is left to the gateway.
function amount(value) {
  const digits = String(value).replace(/[,，\s]/g, "").match(/\d+(\.\d+)?(?!\d*万)/);
  return digits ? Number(digits[0]) : NaN;
}

// ms since the moment, or since the end of a period; a date alone lasts until its end
function age(value) {
  const last = String(value).split("/").at(-1);
  const day = /^\d{4}-\d\d-\d\d$/.test(last);
  return Date.now() - Date.parse(day ? `${last}T23:59:59${CHINA}` : last);
}
