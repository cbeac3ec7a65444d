export { fileEnding, numberBetween, numbersBetween, override, wholeNumber } from 'pocketnet/commands';
