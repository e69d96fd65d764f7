import t from 'tap';
import { openDashboard } from '../support/fake-dashboard.ts';
import { stands } from '../support/page.ts';

t.setTimeout(900_000);

t.test('Fleet: the workstations short of space, those with least first', async (t) => {
  const { page, api, visit } = await openDashboard(t);
  const low = () => [...api.world.devices.values()].filter(({ lowDriveBytes }) => lowDriveBytes !== null);
  await visit('/fleet');
  const chip = page.getByRole('button', { name: /^Short of space/ });
  t.equal(await chip.textContent(), `Short of space ${low().length}`);
  await chip.click();
  await stands(t, page, /drive=low/);
  await page.getByText(`${low().length} of 116 machines`).waitFor();
  await page.getByRole('columnheader', { name: /System drive/ }).waitFor();
  const left = (await page.locator('.drive-left').allTextContents()).map((text) => Number.parseFloat(text));
  t.equal(left.length, low().length);
  t.same(
    left,
    left.toSorted((a, b) => a - b),
  );
  const [one] = low();
  api.world.push({ devices: [{ ...one!, lowDriveBytes: null }] });
  await page.getByText(`${left.length - 1} of 116 machines`).waitFor();
  await chip.click();
  await page.getByText('116 of 116 machines').waitFor();
});
