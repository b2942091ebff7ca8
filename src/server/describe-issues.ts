import type * as z from 'zod';

type Issue = z.core.$ZodIssue;

const MAX_TOLD = 3;
const MAX_LENGTH = 512;

/** Says in one sentence what is wrong with a part of a request, such as `body`. */
export function describeIssues(part: string, { issues }: z.ZodError): string {
  const told = issues.slice(0, MAX_TOLD).map((issue) => describeIssue(part, issue));
  const more = issues.length - told.length;
  return `${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`.slice(0, MAX_LENGTH);
}

function describeIssue(part: string, issue: Issue): string {
  const place = [part, ...issue.path.map(String)].join('.');
  if (issue.code === 'unrecognized_keys') return `${place}: unknown key ${issue.keys.map(quote).join(', ')}`;
  if (issue.code === 'invalid_union') {
    // The form that was meant is the one that fails inside.
    const meant = issue.errors.find((errors) => errors.some(({ path, code }) => path.length > 0 || !isType(code)));
    const [first] = meant ?? [];
    if (first) return describeIssue(place, first);
  }
  return `${place}: ${issue.message}`;
}

function isType(code: Issue['code']): boolean {
  return code === 'invalid_type';
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
