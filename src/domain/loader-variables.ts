/**
 * Environment variables that the dynamic loader and the C library obey before a program's own code runs: they can name
 * files to load and run. From those that ld.so(8) and glibc take from no setuid program, the ones that name code or
 * its data.
 */
const loaderVariable = /^(LD_\w*|GLIBC_TUNABLES|GCONV_PATH|LANGUAGE|LOCPATH|NLSPATH|MALLOC_\w*)$/

/**
 * The first of these names that a command of another user must not be given: root becomes that user with the command's
 * environment, and would load what that user may have written. Undefined when there is none.
 */
export function loaderVariableIn (env: Readonly<Record<string, string>>): string | undefined {
  return Object.keys(env).find(name => loaderVariable.test(name))
}
