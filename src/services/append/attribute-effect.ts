import type { Bind } from '../../db/database.js';
import type { Addition } from './addition.js';
import type { Effect } from './effect.js';

/** Sets or removes an attribute; told as `type.key: value` where it differs. */
export function attributeSet({ type, key, value }: NonNullable<Addition['attribute']>, bind: Bind): Effect {
  const [boundType, boundKey] = [bind(type), bind(key)];
  const row = `a.ticket_id = locked.id and a.type = ${boundType} and a.key = ${boundKey}`;
  const told = (text: string): string => `${boundType} || '.' || ${boundKey} || ': ' || ${text}`;
  const before = `(select ${told('a.value')} from ticket_attributes a where ${row})`;
  if (value === null) {
    return {
      told: [{ name: 'attributes', before, after: 'null::text' }],
      writes: [`delete from ticket_attributes a using locked where ${row}`],
    };
  }
  const boundValue = bind(value);
  return {
    told: [{ name: 'attributes', before, after: told(boundValue) }],
    writes: [
      `insert into ticket_attributes (ticket_id, type, key, value, created_at)
       select locked.id, ${boundType}, ${boundKey}, ${boundValue}, now.at from locked, now
       on conflict (ticket_id, type, key) do update set value = excluded.value`,
    ],
  };
}
