/** A libtorch with its C++ headers, and how to compile against it. */
export interface Libtorch {
  /** How it was found. */
  kind: 'LIBTORCH' | 'python' | 'system';
  /** For example `2.6.0` or `2.9.1+cu130`. */
  version: string;
  /** Folders of headers that the compiler has to be told of. */
  includes: string[];
  /** Folder of libtorch_cpu.so. */
  libDir: string;
  /** What `_GLIBCXX_USE_CXX11_ABI` was when the library was built. */
  abi: 0 | 1;
  /** Whether the library was built with CUDA. */
  cuda: boolean;
}

/**
 * Looks for a libtorch: LIBTORCH, Python's, the system's. `onSkip` hears, a sentence each, what was passed over and why.
 *
 * @throws Error when LIBTORCH is set to something that is no libtorch.
 */
export function findLibtorch(options?: { onSkip?: (reason: string) => void }): Libtorch | undefined;
