// Days and times as people type them, read as common/typed_dates.py reads them. The day always comes before the month.

const DAY = /^\s*(\d{1,2})\s*\.\s*(\d{1,2})\s*\.\s*(\d{4})\s*\.?\s*$/;
const CLOCK = /^\s*(?:(\d{1,2})(?:\s*[.:]\s*(\d{2}))?\s*(?:h|ч)?|(\d{2})(\d{2}))\s*$/;

const two = (number) => String(number).padStart(2, "0");

/** "2026-12-06" of "6.12.2026." or "2026-12-06"; "" for everything else, also for days that do not exist. */
export function isoDay(text) {
  const [, day, month, year] = DAY.exec(text) ?? [];
  const iso = day ? `${year}-${two(month)}-${two(day)}` : text.trim();
  const moment = /^\d{4}-\d{2}-\d{2}$/.test(iso) ? new Date(`${iso}T00:00:00Z`) : null;
  return moment && !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(iso) ? iso : "";
}

/** "09:30" of "9.30", "0930" or "9"; "" for everything else. */
export function isoClock(text) {
  const [, hour, minute, joinedHour, joinedMinute] = CLOCK.exec(text) ?? [];
  const [hours, minutes] = [Number(hour ?? joinedHour), Number(minute ?? joinedMinute ?? 0)];
  return hours < 24 && minutes < 60 ? `${two(hours)}:${two(minutes)}` : "";
}

/** "06.12.2026" of "2026-12-06". */
export const typedDay = (iso) => iso.split("-").reverse().join(".");

/** Puts a value into a field as somebody would have typed it there. */
export function put(field, value) {
  const isDay = field.closest("[data-day-input]") && isoDay(value);
  field.value = isDay ? typedDay(isoDay(value)) : value;
  for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
}
