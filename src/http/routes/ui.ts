import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Where the build puts the dashboard; from `src` and from `dist` it is equally far. */
const folder = fileURLToPath(new URL('../../../dist/ui', import.meta.url))

/**
 * Nothing but our own script, style sheet and icon, and calls to this agent: no inline script or style, no `eval`, no
 * text that becomes markup, no frames, no forms that are sent by the browser.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'"
].join('; ')

const protections = {
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer'
}

/**
 * `/ui/`: the files of the dashboard. They hold nothing of the agent, so that nobody is asked who it is: the page shows
 * its token with each call of the API.
 */
export async function uiRoutes (app: FastifyInstance): Promise<void> {
  app.addHook('onRoute', route => { route.config = { access: 'public', ...route.config } })
  // On every answer, also on those that say that something is not there.
  app.addHook('onRequest', async (_request, reply) => { reply.headers(protections) })
  app.addHook('preHandler', async (request, reply) => await answerKnown(request, reply))
  // Relative, so that it also leads there behind a proxy that puts the agent below a path.
  app.get('/ui', { schema: { hide: true } }, async (_request, reply) => await reply.redirect('ui/', 308))
  await app.register(fastifyStatic, {
    root: folder,
    prefix: '/ui/',
    decorateReply: false,
    preCompressed: true,
    dotfiles: 'deny',
    acceptRanges: false,
    cacheControl: false,
    // See `answerKnown`.
    etag: false,
    lastModified: false,
    setHeaders (reply) { reply.header('cache-control', 'no-cache') }
  })
}

/**
 * Files are asked for anew each time, and answered with 304 while they are the same: after an upgrade no old script
 * meets a new agent. By their content, since a package gives all its files one date, whatever the version.
 */
async function answerKnown (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  const name = new URL(request.url, 'http://agent').pathname.replace('/ui/', '') || 'index.html'
  if (!/^[a-z]+\.[a-z]+$/.test(name)) return undefined
  const content = await readFile(join(folder, name)).catch(() => null)
  if (content === null) return undefined
  // Weak: it comes compressed, or not.
  const tag = `W/"${createHash('sha256').update(content).digest('base64url')}"`
  reply.header('etag', tag)
  if (request.headers['if-none-match'] !== tag) return undefined
  return await reply.code(304).headers({ 'cache-control': 'no-cache', vary: 'accept-encoding' }).send()
}
