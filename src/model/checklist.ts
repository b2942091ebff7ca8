import * as z from 'zod';
import { nullableText, text } from './text.js';

/** Who can attest an item of a checklist. */
export const ROLES = ['installer', 'dealer', 'customer', 'provider'] as const;

/** An item of a checklist: hardening that no packet can show, or that sallyport measures. */
export interface ChecklistItem {
  /** Kebab-case; answers refer to it. */
  readonly id: string;
  readonly title: string;
  /** NEC program numbers. */
  readonly programs: readonly string[];
  /** What has to be so. */
  readonly rule: string;
  /** How to do it. */
  readonly how: string;
  /** Who can confirm it; no one if it is measured. */
  readonly attestedBy: readonly Role[];
  /** The command of sallyport that measures it, so that it is never asked; null if someone has to attest it. */
  readonly measuredBy: string | null;
  /** Days for which an answer is valid; 0 if it is measured. */
  readonly validDays: number;
}

export interface Checklist {
  readonly name: string;
  readonly title: string;
  readonly items: readonly ChecklistItem[];
}

/** What can be answered: done, not done, does not apply here, not known. */
export const CHECKLIST_ANSWERS = ['yes', 'no', 'not-applicable', 'unknown'] as const;

export type ChecklistAnswer = (typeof CHECKLIST_ANSWERS)[number];

/** An answer as the store keeps it; a later one of the same item replaces it, and both are kept. */
export interface StoredAnswer {
  readonly clientId: string;
  readonly checklist: string;
  readonly item: string;
  readonly answer: ChecklistAnswer;
  readonly by: string;
  readonly role: Role;
  readonly note: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly expiresAt: string;
}

/** How a client stands with a checklist, for reports. */
export const checklistStateSchema = z.object({
  checklist: text(64),
  items: z
    .array(
      z.object({
        id: text(64),
        title: text(256),
        programs: z.array(text(32)),
        how: text(2048),
        state: z.enum(['attested', 'refused', 'not-applicable', 'expired', 'missing', 'measured']),
        by: nullableText(128),
        role: nullableText(64),
        at: z.iso.datetime().nullable(),
        expiresAt: z.iso.datetime().nullable(),
        note: text(512),
        attestedBy: z.array(z.enum(ROLES)).optional().describe('who can confirm it; missing in old reports'),
      }),
    )
    .max(128),
});

export type ChecklistState = z.infer<typeof checklistStateSchema>;

export type Role = (typeof ROLES)[number];
