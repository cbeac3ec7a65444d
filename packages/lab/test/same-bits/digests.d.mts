export function digests(plans: Record<string, Uint8Array>, form: 'simd' | 'relaxed'): Promise<Record<string, string>>;
