import { foldText } from './words.js';

/*
 * Words that stand in many passwords of phones and routers, and that are innocent anywhere else: they make a password
 * cheaper to guess, and are no reason to refuse a name.
 */

const MAKERS = `
  fritz fritzbox speedport telekom vodafone easybox swisscom sunrise orange livebox freebox proximus telenet verizon
  comcast xfinity spectrum lancom bintec cisco linksys meraki netgear dlink tplink zyxel draytek vigor mikrotik ubiquiti
  unifi asus huawei sagem technicolor thomson arris juniper fortinet fortigate sophos watchguard sonicwall pfsense siemens
  gigaset unify hipath openscape panasonic avaya nortel grandstream yealink snom polycom mitel aastra alcatel lucent swyx
  starface auerswald agfeo toshiba samsung sangoma freepbx elastix trixbox freeswitch hikvision dahua synology qnap
  philips ericsson kyocera brother lexmark canon epson microsoft windows apple iphone android google amazon`;

const PEOPLE = `
  mueller muller schmidt schneider fischer weber meyer meier maier mayer wagner becker schulz schulze hoffmann hofmann koch
  bauer richter klein wolf schroeder neumann schwarz zimmermann braun krueger hartmann lange schmitt werner krause lehmann
  schmid koehler herrmann koenig walter huber kaiser fuchs peters lang scholz moeller weiss jung hahn vogel keller frank
  berger winkler roth beck lorenz baumann franke albrecht schuster simon ludwig boehm winter kraus martin schumacher smith
  johnson williams brown jones garcia miller davis rodriguez martinez wilson anderson taylor moore jackson thompson white
  harris clark lewis robinson walker young king wright scott hill green adams baker nelson campbell mitchell roberts carter
  phillips evans turner parker edwards collins stewart morris murphy cook rogers cooper bailey kelly howard dubois bernard
  dupont durand moreau laurent lefebvre leroy roux rossi russo ferrari bianchi romano peter michael thomas andreas stefan
  christian markus martin daniel sebastian alexander tobias florian matthias juergen klaus wolfgang hans sabine petra
  monika claudia susanne nicole stefanie andrea julia anna maria laura sarah lisa james john david richard joseph charles
  william george edward steven kevin brian mary linda barbara elizabeth susan jessica emily pierre jean philippe marco luca`;

const COMMON = `
  geheim passwort kennwort willkommen hallo schatz liebe sonne sommer fruehling herbst winter januar februar maerz april
  juni juli august oktober dezember montag dienstag mittwoch donnerstag freitag samstag sonntag deutschland berlin hamburg
  muenchen koeln frankfurt stuttgart zuerich wien london paris madrid newyork chicago dallas houston telefon telefonanlage
  anlage zentrale empfang sekretariat buero firma praxis kanzlei werkstatt lager verkauf einkauf technik techniker garten
  reception frontdesk lobby kitchen warehouse sales office building floor conference meeting garden school church hotel
  motdepasse bonjour soleil contrasena hola amigo senha bienvenue azerty blue black green yellow white friend family`;

/** In lower case and as `foldText` writes them, each once. */
export const FREQUENT_WORDS: readonly string[] = [
  ...new Set(`${MAKERS} ${PEOPLE} ${COMMON}`.trim().split(/\s+/).map(foldText)),
];
