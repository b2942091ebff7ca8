import * as z from 'zod';
import { findToken } from '../../server/find-token.js';
import type { ServerApp } from '../../server/create-server.js';
import type { CountRate } from '../../server/rates.js';
import { goTo, isOwnPath, sendPage } from '../kit/answer.js';
import { Field } from '../kit/elements.js';
import type { PageContext } from '../serve-context.js';
import { readSessionId, setSessionId } from './recognise.js';

const formSchema = z.object({ token: z.string().max(256), next: z.string().max(2_048).optional() });
const querySchema = z.object({ next: z.string().max(2_048).optional() });

/** Adds the page where one signs in with a token, and what ends a session. */
export function addSignIn(app: ServerApp, context: PageContext, countSignIns: CountRate): void {
  const { access, brand, draw } = context;
  const { listTokens, sessions, now } = access;
  const everyone = { config: { needs: null } };

  app.get('/sign-in', { ...everyone, schema: { hide: true, querystring: querySchema } }, (request, reply) => {
    if (request.viewer) return goTo(reply, request.query.next ?? '/');
    return sendPage(reply, draw(request, { title: 'Sign in', brand, children: <SignIn next={request.query.next} /> }));
  });

  app.post('/sign-in', { ...everyone, schema: { hide: true, body: formSchema } }, async (request, reply) => {
    await countSignIns(request);
    const { token: text, next } = request.body;
    const token = findToken(listTokens?.() ?? [], `Bearer ${text.trim()}`, now());
    if (!token || token.role === null)
      return sendPage(
        reply,
        draw(request, { title: 'Sign in', brand, children: <SignIn next={next} isRefused /> }),
        401,
      );
    const earlier = readSessionId(request);
    if (earlier !== null) sessions.end(earlier);
    setSessionId(request, reply, sessions.begin(token));
    return goTo(reply, next ?? '/');
  });

  app.post('/sign-out', { ...everyone, schema: { hide: true } }, (request, reply) => {
    const id = readSessionId(request);
    if (id !== null) sessions.end(id);
    setSessionId(request, reply, null);
    return goTo(reply, '/sign-in');
  });
}

function SignIn({ next, isRefused = false }: { readonly next: string | undefined; readonly isRefused?: boolean }) {
  return (
    <form method="post" action="/sign-in">
      {next !== undefined && isOwnPath(next) && <input type="hidden" name="next" value={next} />}
      <Field
        id="token"
        label="Token"
        hint="As sallyport serve token printed it for you; whoever runs this server makes one."
        error={isRefused ? 'This token is not valid, or not any more.' : undefined}
      >
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="current-password"
          required
          autofocus
          aria-describedby={isRefused ? 'token-error token-hint' : 'token-hint'}
        />
      </Field>
      <p>
        <button>Sign in</button>
      </p>
    </form>
  );
}
