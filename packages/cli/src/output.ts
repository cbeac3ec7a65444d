export {
  type Column,
  facts,
  grouped,
  note,
  noteSome,
  percent,
  printResult,
  signed,
  table,
  toJson,
} from 'pocketnet/commands';
