import type { MigrationInterface, QueryRunner } from 'typeorm';

type Row = [key: string, en: string, ru: string, category?: string];
type TopicRow = [key: string, en: string, ru: string, subtopics: Row[]];

const states: Record<string, Row[]> = {
  STATE: [
    ['created', 'Created', 'Создан', 'OPEN'],
    ['in_progress', 'In progress', 'В работе', 'IN_PROGRESS'],
    ['waiting', 'Waiting for you', 'Ожидает ответа', 'WAITING'],
    ['resolved', 'Resolved', 'Решён', 'RESOLVED'],
    ['closed', 'Closed', 'Закрыт', 'CLOSED'],
  ],
  TYPE: [
    ['incident', 'Incident', 'Инцидент'],
    ['request', 'Service request', 'Запрос на обслуживание'],
    ['question', 'Question', 'Вопрос'],
    ['problem', 'Problem', 'Проблема'],
  ],
  PRIORITY: [
    ['low', 'Low', 'Низкий'],
    ['normal', 'Normal', 'Обычный'],
    ['high', 'High', 'Высокий'],
    ['urgent', 'Urgent', 'Срочный'],
  ],
  STAGE: [
    ['triage', 'Triage', 'Разбор'],
    ['investigation', 'Investigation', 'Исследование'],
    ['fix', 'Fix', 'Исправление'],
    ['verification', 'Verification', 'Проверка'],
  ],
  OUTCOME: [
    ['solved', 'Solved', 'Решено'],
    ['workaround', 'Workaround', 'Найден обходной путь'],
    ['duplicate', 'Duplicate', 'Дубликат'],
    ['not_reproducible', 'Not reproducible', 'Не воспроизводится'],
    ['no_response', 'No response', 'Нет ответа'],
  ],
};

const topics: TopicRow[] = [
  [
    'support',
    'Technical support',
    'Техническая поддержка',
    [
      ['servers', 'Servers', 'Серверы'],
      ['network', 'Network', 'Сеть'],
      ['storage', 'Storage', 'Хранилище'],
    ],
  ],
  [
    'billing',
    'Billing and payments',
    'Счета и платежи',
    [
      ['invoices', 'Invoices', 'Счета'],
      ['refunds', 'Refunds', 'Возвраты'],
    ],
  ],
  ['account', 'Account and access', 'Учётная запись и доступ', []],
  ['order_consultation', 'Pre-order consultation', 'Консультация перед заказом', []],
  ['feedback', 'Ideas and feedback', 'Идеи и отзывы', []],
];

/** The states and topics that every installation starts with; administrators change them as they like. */
export class FirstStatesAndTopics1763900000003 implements MigrationInterface {
  name = 'FirstStatesAndTopics1763900000003';

  async up(runner: QueryRunner): Promise<void> {
    for (const [type, rows] of Object.entries(states)) {
      for (const [index, [key, en, ru, category]] of rows.entries()) {
        await runner.query(
          `insert into states (type, key, description, localized_names, rank, category) values ($1, $2, $3, $4, $5, $6)`,
          [type, key, en, { en, ru }, index + 1, category ?? null],
        );
      }
    }
    for (const [index, [key, en, ru, subtopics]] of topics.entries()) {
      const insert = `insert into topics (key, localized_names, rank, parent_id)
        values ($1, $2, $3, (select id from topics where key = $4))`;
      await runner.query(insert, [key, { en, ru }, index + 1, null]);
      for (const [rank, [subkey, subEn, subRu]] of subtopics.entries()) {
        await runner.query(insert, [subkey, { en: subEn, ru: subRu }, rank + 1, key]);
      }
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`delete from topics where parent_id is not null`);
    await runner.query(`delete from topics`);
    await runner.query(`delete from states`);
  }
}
