import { fillDemo } from '../../src/demo/fill.js';
import { TestGateway } from '../support/gateway.js';

it('completes a demo that was cut short, doubles nothing, and leaves a database alone that others use', async () => {
  const gateway = await TestGateway.start();
  try {
    const { services } = gateway.app;
    const state = (): Promise<unknown[]> =>
      services.db.query(
        `select t.title, t.closed_at is not null as closed, count(c.id)::int as comments
         from tickets t left join comments c on c.ticket_id = t.id group by t.id order by t.number`,
      );
    const { tickets } = services;
    const opening = Object.create(services.opening) as typeof services.opening;
    let opened = 0;
    opening.open = (call, input) =>
      ++opened > 2 ? Promise.reject(new Error('cut short')) : services.opening.open(call, input);
    await expect(fillDemo({ ...services, opening, tickets })).rejects.toThrow('cut short');
    expect(await state()).toHaveLength(2);
    expect(await fillDemo(services)).toBe(3);
    const complete = [
      { title: 'The web shop is slow since this morning', closed: false, comments: 4 },
      { title: 'Вопрос по счёту за октябрь', closed: false, comments: 1 },
      { title: 'How do I invite a colleague?', closed: true, comments: 3 },
    ];
    expect(await state()).toEqual(complete);
    expect(await fillDemo(services)).toBe(0);
    await services.db.query('delete from idempotency_keys');
    const { customer } = await gateway.cast();
    await customer.run('{ viewer { id } }');
    expect(await fillDemo(services)).toBe(0);
    expect(await state()).toEqual(complete);
  } finally {
    await gateway.stop();
  }
});
