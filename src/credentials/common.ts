import { reverse } from './runs.js';
import { foldText } from './words.js';

/** Rows and columns of keyboards with American, German and French letters. */
const LINES = ['1234567890', 'qwertyuiop', 'qwertzuiop', 'azertyuiop', 'asdfghjkl', 'qsdfghjklm', 'zxcvbnm', 'yxcvbnm'];

const COLUMNS = ['1qaz', '2wsx', '3edc', '4rfv', '5tgb', '6yhn', '7ujm'];

const PATHS = [...LINES, ...COLUMNS].flatMap((path) => [path, reverse(path)]);

/** Days of each month, in a leap year. */
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

const isDay = (month: string, day: string) => Number(day) >= 1 && Number(day) <= (DAYS[Number(month) - 1] ?? 0);

/*
 * Commonplaces that stand at the head of every guesser's list. None is told here to be the factory value of a product.
 */

/** Numbers that many people choose and that make no figure or sequence, or not always. */
export const COMMON_NUMBERS: readonly string[] = [
  ...['0000', '1111', '1234', '4321', '1212', '1004', '1122', '1313', '2580', '0852', '1379', '1397'],
  ...['1337', '1701', '0007', '0070', '6969', '5150', '3141', '3142', '2718', '1618', '1414', '4242'],
  ...['1066', '1492', '1776', '1812', '1871', '0911', '9110', '0112', '1120', '0815', '4711', '0420'],
  ...['5683', '7277', '8324', '8378', '8737', '4663', '2255', '4357', '6435', '5465', '4655', '7465'],
  ...['8675', '5309', '3825', '7890', '9876', '12345678', '87654321', '31415926', '14142135', '16180339'],
];

/** Words of four or more letters that stand in many passwords and user names, as `foldText` writes them. */
export const COMMON_WORDS: readonly string[] = [
  ...['admin', 'administrator', 'root', 'user', 'guest', 'tech', 'technician', 'install', 'installer', 'dealer'],
  ...['service', 'support', 'manager', 'operator', 'master', 'super', 'system', 'default', 'factory', 'config'],
  ...['program', 'maint', 'maintenance', 'remote', 'backup', 'demo', 'test', 'temp', 'public', 'private', 'secret'],
  ...['password', 'passwort', 'passwd', 'passcode', 'pass', 'login', 'logon', 'access', 'welcome', 'hello', 'changeme'],
  ...['letmein', 'enter', 'open', 'sesame', 'trustno', 'whatever', 'nothing', 'qwerty', 'qwertz', 'azerty', 'asdf'],
  ...[
    'abcd',
    'zxcv',
    'iloveyou',
    'love',
    'lover',
    'angel',
    'baby',
    'princess',
    'flower',
    'sunshine',
    'summer',
    'winter',
  ],
  ...['spring', 'autumn', 'january', 'february', 'april', 'june', 'july', 'august', 'september', 'october', 'november'],
  ...['december', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday', 'dragon', 'monkey'],
  ...['tiger', 'eagle', 'lion', 'horse', 'shadow', 'ninja', 'batman', 'superman', 'pokemon', 'starwars', 'matrix'],
  ...['football', 'baseball', 'soccer', 'hockey', 'michael', 'jennifer', 'jordan', 'daniel', 'thomas', 'charlie'],
  ...[
    'andrew',
    'robert',
    'jessica',
    'ashley',
    'computer',
    'internet',
    'server',
    'network',
    'router',
    'switch',
    'office',
  ],
  ...['phone', 'telephone', 'telefon', 'voice', 'voicemail', 'mailbox', 'extension', 'trunk', 'asterisk', 'sipuser'],
  ...['sippass', 'voip', 'webpro', 'pcpro', 'inmail', 'univerge', 'necsl', 'company', 'business', 'money', 'freedom'],
  ...[
    'correct',
    'battery',
    'staple',
    'cheese',
    'coffee',
    'chocolate',
    'banana',
    'orange',
    'purple',
    'silver',
    'golden',
  ],
].map(foldText);

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

/** Whether a year from 1900 to 2099 is in the text. */
export function holdsYear(text: string): boolean {
  return /(?:19|20)\d\d/.test(text);
}

/** Whether the text is a day of the year in four digits, month or day first. */
export function isDayAndMonth(text: string): boolean {
  return /^\d{4}$/.test(text) && isDayOfYear(text);
}

/** Whether a date of six digits is in the text: day and month in either order, and a year of two before or after. */
export function holdsDate(text: string): boolean {
  return listDigits(text, 6).some((digits) => isDayOfYear(digits.slice(0, 4)) || isDayOfYear(digits.slice(2)));
}

/** Length of the stretch from `at` on that follows a row or a column of a keyboard, at least 1. */
export function measureKeyboardPath(text: string, at: number): number {
  const rest = text.toLowerCase().slice(at, at + 10);
  let length = 1;
  while (length < rest.length && PATHS.some((path) => path.includes(rest.slice(0, length + 1)))) length++;
  return length;
}

/** Whether `least` characters in a row follow a row or a column of a keyboard. */
export function holdsKeyboardPath(text: string, least: number): boolean {
  return text.split('').some((_char, at) => measureKeyboardPath(text, at) >= least);
}
