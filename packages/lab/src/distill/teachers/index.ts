export { type TeacherModel, teacherKindOf, teacherModelSchema, teachers } from './registry.js';
export { type BesideFile, defineTeacher, type TeacherKind } from './teacher-kind.js';
