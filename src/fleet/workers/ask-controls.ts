import { TIMINGS } from '../../net/scan/timing.js';
import { type Control, ControlEndpoint } from '../../net/scan/control.js';
import { Engine } from '../../net/scan/engine.js';

/** Whether one of several endpoints that are known to answer does: then we can see. */
export async function askControls(controls: readonly Control[]): Promise<boolean> {
  const engine = new Engine(TIMINGS.normal);
  try {
    const answers = await Promise.all(controls.map((control) => new ControlEndpoint(engine, control).ask()));
    return answers.includes('answered');
  } finally {
    await engine.close();
  }
}
