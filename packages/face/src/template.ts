/** What a network says of one face. Only templates of one model can be compared. */
export interface Template {
  /** The fingerprint of the model's weights, whatever form of the engine computed with them. */
  readonly model: string;
  /** Of unit length; some hundred numbers. */
  readonly vector: Float32Array;
}
