import type { About } from '@xpress/forge/api';
import { createContext, type ReactNode, useContext } from 'react';
import type { Context, Host } from '../host';

interface Surroundings {
  host: Host;
  context: Context;
  about: About;
}

const Surroundings = createContext<Surroundings | undefined>(undefined);

/** Gives all below it the host, where it was opened, and what the app's functions say of themselves. */
export function HostProvider({ children, ...surroundings }: Surroundings & { children: ReactNode }) {
  return <Surroundings.Provider value={surroundings}>{children}</Surroundings.Provider>;
}

function useSurroundings(): Surroundings {
  const surroundings = useContext(Surroundings);
  if (!surroundings) throw new Error('No HostProvider above');
  return surroundings;
}

/** The port to the place the interface runs in. */
export function useHost(): Host {
  return useSurroundings().host;
}

/** Version, settings and rights: those of the space it was opened in, if it was in one. */
export function useAbout(): About {
  return useSurroundings().about;
}

/** Place, page, space and locale. */
export function useHostContext(): Context {
  return useSurroundings().context;
}
