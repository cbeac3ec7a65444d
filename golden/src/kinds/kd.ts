import { templateLoss } from '@pocketnet/lab';
import { backward, ops } from '@pocketnet/torch';
import { elements, type Findings, maxAbs, maxRel } from '../check.js';
import { type Fixture, required } from '../fixture.js';

const documented = { lossRel: 1e-5, gradientAbs: 1e-6 };

/** Template distillation at every width that the fixture holds: the loss, and its gradient with respect to the raw student embedding. */
export function kd(fixture: Fixture, findings: Findings): void {
  const { lossRel, gradientAbs } = fixture.tolerances(documented);
  const { description } = fixture;
  const file = fixture.requiredFile();
  const tensors = fixture.tensors(file);
  const weight = description.find('w')?.number() ?? 100;
  const widths = [...tensors.keys()].flatMap((name) => /^student(\d+)$/.exec(name)?.[1] ?? []);
  if (widths.length === 0) throw new Error(`${file} holds no student embeddings (student128, …).`);
  for (const width of widths) {
    const student = ops.clone(required(tensors, `student${width}`, file));
    student.requiresGrad = true;
    const loss = templateLoss(student, ops.normalize(required(tensors, `teacher${width}`, file)), weight);
    backward(loss);
    const expected = description.get(`d${width}`).get('loss').number();
    findings.check(`d = ${width}: loss`, maxRel([loss.item()], [expected]), lossRel);
    const gradient = required(tensors, `grad_student${width}`, file);
    const actual = student.grad;
    if (!actual) throw new Error('The distillation loss has left the student without a gradient.');
    findings.check(`d = ${width}: gradient`, maxAbs(elements(actual), elements(gradient)), gradientAbs);
  }
}
