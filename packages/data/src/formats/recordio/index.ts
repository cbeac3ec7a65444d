export { type FaceLayout, readLabels, readLayout } from './face-records.js';
export { decodeRecord, encodeRecord, type ParsedRecord, type RecordHeader } from './header.js';
export { RecordReader } from './reader.js';
export { encodeIndex, indexPath, RecordIndex, readIndex } from './record-index.js';
export { type Face, readProperty, type WriteFacesOptions, writeFaces } from './write-faces.js';
export { RecordWriter, writeRecords } from './writer.js';
