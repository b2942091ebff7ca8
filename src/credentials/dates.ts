/** Days of each month, in a leap year. */
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

const isDay = (month: string, day: string) => Number(day) >= 1 && Number(day) <= (DAYS[Number(month) - 1] ?? 0);

/** Whether four digits are a day of the year, month or day first. */
function isDayOfYear(digits: string): boolean {
  const [first, second] = [digits.slice(0, 2), digits.slice(2)];
  return isDay(first, second) || isDay(second, first);
}

/** The stretches of `size` digits in a row. */
function listDigits(text: string, size: number): string[] {
  const stretches = text.split('').map((_char, at) => text.slice(at, at + size));
  return stretches.filter((stretch) => stretch.length === size && /^\d+$/.test(stretch));
}

/** Whether a year from 1900 to 2099 stands in the text. */
export function holdsYear(text: string): boolean {
  return /(?:19|20)\d\d/.test(text);
}

/** Whether the text is a day of the year in four digits, month or day first. */
export function isDayAndMonth(text: string): boolean {
  return /^\d{4}$/.test(text) && isDayOfYear(text);
}

/** Whether a date of six digits stands in the text: day and month in either order, and a year of two before or after. */
export function holdsDate(text: string): boolean {
  return listDigits(text, 6).some((digits) => isDayOfYear(digits.slice(0, 4)) || isDayOfYear(digits.slice(2)));
}
