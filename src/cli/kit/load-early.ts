import { loadCsvReader, loadYamlReader } from '../../files/clients/inventory.js';
import { loadMailer } from '../../fleet/alerts/email.js';
import { loadPdfPage } from '../../handover/draw-pdf.js';

/**
 * Loads now what commands load only where it is needed. A service runs for months: files of the program may be replaced
 * under it, and what it needs then would be gone. Each of these keeps what it loaded, since Node looks for the file of
 * an import again even if another module has imported it.
 */
export async function loadEarly(): Promise<void> {
  await Promise.all([loadCsvReader(), loadYamlReader(), loadMailer(), loadPdfPage()]);
}
