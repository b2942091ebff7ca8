import { createServer, type AddressInfo, type Socket } from 'node:net';

/** A mail as it came. */
export interface Mail {
  readonly login: string | null;
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body, dots unstuffed. */
  readonly source: string;
}

export interface SmtpSink {
  readonly url: string;
  readonly mails: Mail[];
  /** Every line that clients sent outside of mails. */
  readonly lines: string[];
  /** Answers instead of the ordinary one, by the beginning of the line; null drops the connection, '' says nothing. */
  answers: Readonly<Record<string, string | null>>;
  close(): Promise<void>;
}

/** A mail server on loopback that knows AUTH PLAIN and no TLS. `DATA.` in `answers` is the end of a mail. */
export async function openSmtpSink(): Promise<SmtpSink> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    serve(socket, sink);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sink: SmtpSink = {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    mails: [],
    lines: [],
    answers: {},
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return sink;
}

function serve(socket: Socket, sink: SmtpSink): void {
  let rest = '';
  let login: string | null = null;
  let from = '';
  let to: string[] = [];
  let data: string[] | null = null;
  const say = (line: string, usual: string): boolean => {
    const key = Object.keys(sink.answers).find((beginning) => line.startsWith(beginning));
    const answer = key === undefined ? usual : sink.answers[key]!;
    if (answer === null) socket.destroy();
    else if (answer !== '') socket.write(`${answer}\r\n`);
    return key === undefined;
  };
  const readLine = (line: string): void => {
    if (data) {
      if (line !== '.') return void data.push(line.replace(/^\./, ''));
      const mail = { login, from, to, source: data.join('\r\n') };
      data = null;
      if (say('DATA.', '250 queued')) sink.mails.push(mail);
      return;
    }
    sink.lines.push(line);
    if (line.startsWith('EHLO')) say(line, '250-sink\r\n250-AUTH PLAIN\r\n250 8BITMIME');
    else if (line.startsWith('AUTH PLAIN')) {
      login = Buffer.from(line.slice(11), 'base64').toString();
      say(line, '235 welcome');
    } else if (line.startsWith('MAIL FROM')) {
      from = line;
      to = [];
      say(line, '250 ok');
    } else if (line.startsWith('RCPT TO')) {
      if (say(line, '250 ok')) to.push(/<(.*)>/.exec(line)![1]!);
    } else if (line.startsWith('DATA')) {
      if (say(line, '354 go on')) data = [];
    } else if (line.startsWith('QUIT')) {
      socket.end('221 bye\r\n');
    } else say(line, '250 ok');
  };
  say('GREETING', '220 sink ESMTP');
  socket.on('data', (chunk) => {
    rest += chunk.toString();
    for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      readLine(line);
    }
  });
}
