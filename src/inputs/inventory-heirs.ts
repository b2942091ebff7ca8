import type { Profile } from '../model/profile.js';
import { chooseProfile, type InventoryContext, type Layer } from './inventory-client.js';
import type { ClientEntry } from './inventory-schema.js';
import type { Spot } from './problem-list.js';

/** Decides which services and sources of groups and defaults a client inherits: those that its profile has. */
export interface Heirs {
  /** The layers above a client without the services and sources that mean nothing to its profile. */
  fit(above: readonly Layer[], own: Layer<ClientEntry>): Promise<readonly Layer[]>;
  /** Adds to the problems what clients could inherit and none did: it is misspelt. */
  findUnused(): void;
}

type Owner = 'services' | 'sources';

/** Begins with no client. */
export function createHeirs({ file, problems, profiles }: InventoryContext): Heirs {
  const inherited = new Map<string, { spot: Spot; owner: Owner; used: boolean }>();
  const fitRecord = (layer: Layer, owner: Owner, profile: Profile) => {
    const has = (id: string) =>
      owner === 'services' ? profile.services.some((service) => service.id === id) : Object.hasOwn(profile.sources, id);
    const entries = Object.entries(layer.values[owner] ?? {});
    for (const [id] of entries) {
      const spot = layer.locate([owner, id]);
      const before = inherited.get(spot.label);
      inherited.set(spot.label, { spot, owner, used: has(id) || (before?.used ?? false) });
    }
    return Object.fromEntries(entries.filter(([id]) => has(id)));
  };
  return {
    async fit(above, own) {
      const profile = await profiles.load(chooseProfile([...above, own], file));
      if (typeof profile === 'string') return above;
      return above.map((layer) => ({
        ...layer,
        values: {
          ...layer.values,
          services: fitRecord(layer, 'services', profile),
          sources: fitRecord(layer, 'sources', profile),
        },
      }));
    },
    findUnused() {
      for (const { spot, owner, used } of inherited.values()) {
        const what = owner === 'services' ? 'service' : 'source';
        if (!used) problems.add(() => spot, `no client that inherits this has a profile with such a ${what}`);
      }
    },
  };
}
