import { spawnSync } from 'node:child_process';

/** A processor that the C is compiled for, and what runs it here. */
export interface Processor {
  readonly name: string;
  /** What the compiler's tools begin with, and the compiler. */
  readonly tools: string;
  readonly compiler: string;
  readonly flags: readonly string[];
  /** The emulator; none for this machine itself. */
  readonly emulator: readonly string[];
  /** Whether a multiply-add rounds once, so that floats differ in their last bits. */
  readonly fuses: boolean;
  /** Debian's packages. */
  readonly packages: string;
}

const native = { tools: '', flags: ['-O2'], emulator: [], fuses: false };

/** Every processor that the boards' tests know. */
export const PROCESSORS: readonly Processor[] = [
  { ...native, name: 'x86-64', compiler: 'gcc', packages: 'gcc' },
  { ...native, name: 'x86-64, clang', compiler: 'clang-19', packages: 'clang-19' },
  cross('aarch64', 'aarch64-linux-gnu', 'arm64', { emulator: ['qemu-aarch64'], fuses: true }),
  cross('armhf, NEON', 'arm-linux-gnueabihf', 'armhf', { flags: ['-O2', '-mfpu=neon'], emulator: ['qemu-arm'] }),
  cross('armel, ARMv6, no floats', 'arm-linux-gnueabi', 'armel', {
    flags: ['-O2', '-march=armv6'],
    emulator: ['qemu-arm', '-cpu', 'arm1176'],
  }),
  cross('riscv64', 'riscv64-linux-gnu', 'riscv64', { emulator: ['qemu-riscv64'] }),
];

function cross(name: string, triple: string, debian: string, own: Partial<Processor>): Processor {
  return {
    ...native,
    name,
    tools: `${triple}-`,
    compiler: `${triple}-gcc`,
    packages: `gcc-${triple} libc6-dev-${debian}-cross qemu-user`,
    ...own,
  };
}

const runs = (command: string): boolean => spawnSync(command, ['--version']).status === 0;

/** What is lacking here to compile for a processor and to run it. */
export function lacking({ compiler, emulator, packages }: Processor): string | undefined {
  const missing = [compiler, ...emulator.slice(0, 1), 'make'].filter((command) => !runs(command));
  return missing.length > 0 ? `lacks ${missing.join(', ')} (apt-get install ${packages})` : undefined;
}

/** All processors where POCKETNET_BOARDS asks for them, as `npm run test:boards` does; this machine's own otherwise. */
export const CHOSEN = PROCESSORS.filter(({ name }) => process.env.POCKETNET_BOARDS === 'all' || name === 'x86-64');
