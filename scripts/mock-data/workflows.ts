import type { PoolName } from './runners.js';

/** One job of a workflow, before it runs. */
export interface JobTemplate {
  name: string;
  pool: PoolName;
  /** Jobs of a stage run side by side, once all of the stage before succeeded. */
  stage: number;
  /** Its part of what the pipeline's run usually takes. */
  share: number;
  /** What it does between being set up and being completed. The last takes longest. */
  steps: string[];
  deploysTo?: 'staging' | 'production';
}

type Rest = Omit<JobTemplate, 'name' | 'stage' | 'share'>;

const job = (name: string, stage: number, share: number, { pool, steps, ...rest }: Rest): JobTemplate => ({
  name,
  pool,
  stage,
  share,
  steps: ['Set up job', 'Check out', ...steps, 'Complete job'],
  ...rest,
});

const linux = (...steps: string[]): Rest => ({ pool: 'ubuntu-latest', steps });
const bigLinux = (...steps: string[]): Rest => ({ pool: 'ubuntu-22.04-8core', steps });
const windows = (...steps: string[]): Rest => ({ pool: 'windows-latest', steps });
const mac = (...steps: string[]): Rest => ({ pool: 'macos-14', steps });
const gpu = (...steps: string[]): Rest => ({ pool: 'self-hosted-gpu', steps });
const deployer = (deploysTo: 'staging' | 'production'): Rest => ({
  pool: 'self-hosted-deploy',
  steps: ['Assume role', 'Pull image', `Roll out to ${deploysTo}`],
  deploysTo,
});

const node = ['Set up Node', 'Restore cache', 'Install dependencies'];

export const nodeCi = [
  job('lint', 0, 0.3, linux(...node, 'Run eslint')),
  job('typecheck', 0, 0.35, linux(...node, 'Run tsc')),
  job('test (1/2)', 0, 0.7, linux(...node, 'Run unit tests')),
  job('test (2/2)', 0, 0.72, linux(...node, 'Run unit tests')),
  job('build', 1, 0.28, linux(...node, 'Build', 'Upload artifact')),
];
export const goCi = [
  job('lint', 0, 0.35, linux('Set up Go', 'Run golangci-lint')),
  job('test', 0, 0.7, linux('Set up Go', 'Download modules', 'Run tests with race detector')),
  job('build image', 1, 0.3, linux('Set up Buildx', 'Log in to registry', 'Build and push')),
];
export const jvmCi = [
  job('compile', 0, 0.35, bigLinux('Set up JDK', 'Restore Gradle cache', 'Compile')),
  job('unit tests', 1, 0.45, bigLinux('Set up JDK', 'Restore Gradle cache', 'Run tests', 'Publish report')),
  job('static analysis', 1, 0.3, linux('Set up JDK', 'Run detekt')),
  job('build image', 2, 0.2, linux('Set up Buildx', 'Build and push')),
];
export const integrationTests = [
  job('contract', 0, 0.4, linux('Start containers', 'Run contract tests')),
  job('database', 0, 0.8, bigLinux('Start containers', 'Apply migrations', 'Run database tests')),
  job('end to end', 1, 0.2, bigLinux('Start containers', 'Run scenarios', 'Collect logs')),
];
export const rustCi = [
  job('fmt and clippy', 0, 0.4, linux('Set up Rust', 'Restore cache', 'Run clippy')),
  job('test (linux)', 0, 0.8, bigLinux('Set up Rust', 'Restore cache', 'Run cargo test')),
  job('test (macos)', 0, 0.75, mac('Set up Rust', 'Run cargo test')),
  job('build image', 1, 0.2, linux('Set up Buildx', 'Build and push')),
];
export const pythonCi = [
  job('ruff and mypy', 0, 0.3, linux('Set up Python', 'Install dependencies', 'Run ruff', 'Run mypy')),
  job('test (3.12)', 0, 0.75, linux('Set up Python', 'Install dependencies', 'Run pytest')),
  job('test (3.13)', 0, 0.8, linux('Set up Python', 'Install dependencies', 'Run pytest')),
  job('package', 1, 0.2, linux('Set up Python', 'Build wheel')),
];
export const browserTests = [
  job('chromium', 0, 0.8, bigLinux(...node, 'Install browser', 'Run Playwright')),
  job('firefox', 0, 0.9, bigLinux(...node, 'Install browser', 'Run Playwright')),
  job('webkit', 0, 0.95, mac(...node, 'Run Playwright')),
  job('merge reports', 1, 0.05, linux('Download reports', 'Merge')),
];
export const deploy = [
  job('build', 0, 0.4, linux('Set up Buildx', 'Build and push')),
  job('deploy to staging', 1, 0.2, deployer('staging')),
  job('smoke test', 2, 0.15, linux('Run smoke tests')),
  job('deploy to production', 3, 0.25, deployer('production')),
];
export const deployStaging = [
  job('build', 0, 0.6, linux('Set up Buildx', 'Build and push')),
  job('deploy to staging', 1, 0.4, deployer('staging')),
];
export const deployProduction = [
  job('verify artifact', 0, 0.2, linux('Verify signature')),
  job('deploy to production', 1, 0.5, deployer('production')),
  job('watch error rate', 2, 0.3, linux('Compare with baseline')),
];
export const securityScan = [
  job('analyze', 0, 0.95, linux('Initialize CodeQL', 'Build', 'Perform analysis')),
  job('dependency review', 0, 0.2, linux('Review dependencies')),
];
export const benchmarks = [
  job('baseline', 0, 0.9, bigLinux('Set up toolchain', 'Build', 'Run benchmarks')),
  job('candidate', 0, 0.95, bigLinux('Set up toolchain', 'Build', 'Run benchmarks')),
  job('compare', 1, 0.05, linux('Download results', 'Compare')),
];
export const iosCi = [
  job('swiftlint', 0, 0.15, linux('Run swiftlint')),
  job('unit tests', 0, 0.6, mac('Select Xcode', 'Resolve packages', 'Run tests')),
  job('archive', 1, 0.4, mac('Select Xcode', 'Import certificates', 'Archive', 'Upload build')),
];
export const androidCi = [
  job('lint', 0, 0.35, linux('Set up JDK', 'Run ktlint')),
  job('unit tests', 0, 0.6, bigLinux('Set up JDK', 'Restore Gradle cache', 'Run tests')),
  job('assemble', 1, 0.4, bigLinux('Set up JDK', 'Assemble release', 'Upload build')),
];
export const deviceTests = [
  job('iPhone 15', 0, 0.9, mac('Boot simulator', 'Install app', 'Run UI tests')),
  job('iPad Air', 0, 0.95, mac('Boot simulator', 'Install app', 'Run UI tests')),
  job('Pixel 8', 0, 0.8, bigLinux('Boot emulator', 'Install app', 'Run UI tests')),
];
export const desktopBuild = [
  job('build (windows)', 0, 0.9, windows('Set up toolchain', 'Restore cache', 'Build', 'Run tests')),
  job('build (macos)', 0, 0.8, mac('Set up toolchain', 'Restore cache', 'Build', 'Run tests')),
  job('build (linux)', 0, 0.5, linux('Set up toolchain', 'Restore cache', 'Build', 'Run tests')),
  job('package', 1, 0.1, windows('Sign', 'Upload installers')),
];
export const training = [
  job('prepare data', 0, 0.15, bigLinux('Fetch features', 'Validate')),
  job('train (ranking)', 1, 0.7, gpu('Restore checkpoint', 'Train')),
  job('train (embeddings)', 1, 0.65, gpu('Restore checkpoint', 'Train')),
  job('evaluate', 2, 0.12, gpu('Evaluate')),
  job('register model', 3, 0.03, linux('Register')),
];
export const evaluation = [
  job('offline metrics', 0, 0.9, gpu('Fetch holdout', 'Evaluate')),
  job('report', 1, 0.1, linux('Comment on pull request')),
];
export const terraform = [
  job('validate', 0, 0.25, linux('Set up Terraform', 'Validate')),
  job('network', 1, 0.6, linux('Set up Terraform', 'Init', 'Plan')),
  job('cluster', 1, 0.7, linux('Set up Terraform', 'Init', 'Plan')),
  job('database', 1, 0.5, linux('Set up Terraform', 'Init', 'Plan')),
];
export const images = [
  job('node', 0, 0.5, linux('Set up Buildx', 'Build and push')),
  job('jdk', 0, 0.6, linux('Set up Buildx', 'Build and push')),
  job('python', 0, 0.55, linux('Set up Buildx', 'Build and push')),
  job('gpu', 0, 0.8, bigLinux('Set up Buildx', 'Build and push')),
  job('desktop (windows)', 0, 0.85, windows('Build and push')),
  job('scan', 1, 0.15, linux('Scan images', 'Upload report')),
];
export const batch = [
  job('extract', 0, 0.4, bigLinux('Fetch', 'Load')),
  job('transform', 1, 0.5, bigLinux('Run models')),
  job('check', 2, 0.1, linux('Test freshness', 'Test uniqueness')),
];
export const site = [
  job('build', 0, 0.6, linux(...node, 'Build site')),
  job('check links', 1, 0.4, linux('Download site', 'Check links')),
];
export const publish = [
  job('build', 0, 0.6, linux(...node, 'Build')),
  job('publish', 1, 0.4, linux('Download artifact', 'Publish')),
];
