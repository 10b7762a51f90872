/** The one linter: strict types, React's rules in the interface, and the house rules that a machine can check. */
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const businessTime = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Business time comes from the Clock that is handed in.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Business time comes from the Clock that is handed in.',
  },
];
const chance = {
  selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
  message: 'Randomness is handed in, so that a test can repeat it.',
};

export default tseslint.config(
  {
    ignores: [
      'node_modules/',
      'build/',
      '.data/',
      '.cache/',
      'gallery/',
      'coverage/',
      'app/store/generated/',
      'extensions/*/dist/',
      'extensions/*/assets/',
    ],
  },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['test', 'describe'] }] },
      ],
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { attributes: false, arguments: false } },
      ],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
    },
  },
  {
    files: ['app/**/*.{ts,tsx}'],
    ignores: ['app/base/clock.ts'],
    rules: { 'no-restricted-syntax': ['error', ...businessTime] },
  },
  {
    files: ['app/conversion/**/*.ts', 'app/record/**/*.ts', 'app/delivery/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...businessTime, chance] },
  },
  {
    files: [
      'app/cli.ts',
      'app/cli/**/*.ts',
      'tools/**/*.ts',
      'bench/**/*.ts',
      'sandbox/main.ts',
      'test/chaos/**/*.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['app/routes/**/*.{ts,tsx}', 'app/ui/**/*.{ts,tsx}', 'app/*.tsx'],
    plugins: { 'react-hooks': hooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  {
    // Loaders and actions throw Responses, as Remix and Shopify's library ask for.
    files: ['app/routes/**/*.{ts,tsx}', 'app/ui/**/*.ts', 'app/shopify/**/*.ts'],
    rules: { '@typescript-eslint/only-throw-error': 'off' },
  },
  { files: ['**/*.js', '**/*.mjs'], rules: { '@typescript-eslint/no-unused-expressions': 'off' } },
);
