import { foldText } from './words.js';

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
