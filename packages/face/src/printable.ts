/**
 * Text as a terminal may have it: names come from folders and galleries, and must not move its cursor, clear it or type for it. Control
 * characters except ends of lines and tabs become `\u001b`, which in JSON means the same.
 */
export const printable = (text: string): string =>
  text.replace(/[^\P{Cc}\n\t]/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
