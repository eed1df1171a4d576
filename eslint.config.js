import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import noUnsanitized from 'eslint-plugin-no-unsanitized';
import security from 'eslint-plugin-security';
import sonarjs from 'eslint-plugin-sonarjs';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import { staticSql } from './scripts/security/static-sql.rule.ts';

/** Those of sonarjs' rules that are about security and about something that is used here. */
const sonarSecurityRules = [
  ...['code-eval', 'dynamically-constructed-templates', 'disabled-auto-escaping', 'sql-queries', 'xml-parser-xxe'],
  ...['hardcoded-secret-signatures', 'no-hardcoded-passwords', 'no-hardcoded-secrets'],
  ...['cookie-no-httponly', 'insecure-cookie', 'csrf', 'session-regeneration', 'no-session-cookies-on-static-assets'],
  ...['content-security-policy', 'no-mime-sniff', 'no-referrer-policy', 'strict-transport-security', 'x-powered-by'],
  ...['content-length', 'cors', 'file-uploads', 'post-message', 'link-with-target-blank', 'production-debug'],
  ...['disabled-resource-integrity', 'no-clear-text-protocols', 'weak-ssl', 'unverified-certificate'],
  ...[
    'unverified-hostname',
    'encryption-secure-mode',
    'hashing',
    'insecure-jwt-token',
    'no-weak-cipher',
    'no-weak-keys',
  ],
  ...['pseudo-random', 'file-permissions', 'publicly-writable-directories', 'slow-regex', 'super-linear-regex'],
];

export default ts.config(
  {
    ignores: [
      '**/node_modules/',
      '**/dist/',
      '**/build/',
      '**/.svelte-kit/',
      'backend/src/database/generated/',
      'frontend/src/lib/api/schema.d.ts',
      '.tooling/',
      '.pitwall/',
      'reports/',
    ],
  },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: globals.node } },
  security.configs.recommended,
  noUnsanitized.configs.recommended,
  {
    plugins: { sonarjs },
    rules: {
      ...Object.fromEntries(sonarSecurityRules.map((rule) => [`sonarjs/${rule}`, 'error'])),
      ...Object.fromEntries(Object.keys(security.configs.recommended.rules).map((rule) => [rule, 'error'])),
      // Reports every index that is not a literal; TypeScript knows which are keys and which are numbers.
      'security/detect-object-injection': 'off',
      // Reports every path that is not a literal; none here is made of what a request holds.
      'security/detect-non-literal-fs-filename': 'off',
      // Counts repetitions, bounded ones too; sonarjs/slow-regex and super-linear-regex look at what backtracks.
      'security/detect-unsafe-regex': 'off',
      // Programs are found on the PATH of whoever starts the service, and run without a shell.
      'security/detect-child-process': 'off',
    },
  },
  {
    files: ['**/*.test.ts', '**/*.e2e.ts', 'backend/test/**', 'load/**'],
    rules: {
      // They speak to loopback, look for what they know, and measure where chance is meant.
      'sonarjs/no-clear-text-protocols': 'off',
      'sonarjs/pseudo-random': 'off',
      'sonarjs/slow-regex': 'off',
      'sonarjs/super-linear-regex': 'off',
      'security/detect-non-literal-regexp': 'off',
      'no-unsanitized/method': 'off',
    },
  },
  {
    files: ['backend/**/*.ts', 'load/**/*.ts', 'scripts/**/*.ts', 'monitoring/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      // Express knows a handler of errors by its four parameters.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // A conditional type may give void: what a handler without an answer returns.
      '@typescript-eslint/no-invalid-void-type': 'off',
    },
  },
  {
    files: ['backend/src/**/*.ts'],
    ignores: ['backend/src/config.ts', '**/*.test.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only config.ts reads the environment.' },
      ],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[property.name=/^\\$(query|execute)RawUnsafe$/]',
          message: 'Values go into SQL as parameters: use $queryRaw or $executeRaw as a template tag.',
        },
        {
          selector: 'CallExpression[callee.property.name=/^\\$(query|execute)Raw$/]',
          message: 'Only as a template tag, which makes parameters of its values.',
        },
        {
          selector: 'MemberExpression[object.name="Prisma"][property.name="raw"]',
          message: 'Puts text into SQL as it is.',
        },
      ],
      'pitwall/static-sql': 'error',
    },
    plugins: { pitwall: { rules: { 'static-sql': staticSql } } },
  },
  {
    files: ['frontend/**/*.svelte', 'frontend/**/*.svelte.ts', 'frontend/**/*.ts'],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] },
    },
  },
  prettier,
  ...svelte.configs.prettier,
);
