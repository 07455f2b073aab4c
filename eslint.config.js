import neostandard from 'neostandard'

/** Code and comments are 120 columns wide; a sentence for people, a URL or a pattern may be longer. */
const width = {
  code: 120, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true, ignoreUrls: true
}

const config = [
  ...neostandard({ ts: true, ignores: ['dist/', 'coverage/', '.tap/', 'data/', 'src/client/api.ts'] }),
  {
    rules: {
      '@stylistic/max-len': ['error', width],
      '@stylistic/multiline-ternary': 'off',
      'max-lines': ['error', { max: 400 }]
    }
  },
  {
    files: ['src/**/*.{ts,tsx}', '.ci/**'],
    rules: {
      'max-lines-per-function': ['error', { max: 80 }],
      'no-console': 'error'
    }
  },
  {
    files: ['**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error'
    }
  },
  {
    files: ['bench/**/*.ts'],
    rules: {
      'max-lines-per-function': ['error', { max: 80 }]
    }
  },
  {
    files: ['src/**/*.{ts,tsx}', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', {
        selector: 'ExportDefaultDeclaration', message: 'Export by name: one name, everywhere the same.'
      }, {
        selector: 'ExportAllDeclaration', message: 'No barrels: import from the file that defines the name.'
      }]
    }
  }
]

export default config
