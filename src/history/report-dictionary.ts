/** PLACEHOLDER */
export const REPORT_DICTIONARY = '';
