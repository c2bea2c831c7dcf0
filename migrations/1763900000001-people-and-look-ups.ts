import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People, the teams that they belong to, and the look-up tables that tickets refer to. */
export class PeopleAndLookUps1763900000001 implements MigrationInterface {
  name = 'PeopleAndLookUps1763900000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table installation (
        id int primary key default 1,
        epoch text not null default encode(uuid_send(gen_random_uuid()), 'hex'),
        link_key bytea not null default (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())),
        created_at timestamptz(3) not null default now(),
        constraint installation_id_check check (id = 1)
      );

      create table organizations (
        id uuid primary key default gen_random_uuid(),
        human_id text unique,
        name text not null,
        legal_name text,
        role text,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now()
      );

      create table projects (
        id uuid primary key default gen_random_uuid(),
        organization_id uuid not null references organizations,
        key text not null,
        name text not null,
        unique (organization_id, key)
      );

      create table users (
        id uuid primary key default gen_random_uuid(),
        sub text unique,
        human_id text unique,
        email text unique,
        name text not null,
        phone_number text,
        role text not null,
        organization_id uuid references organizations,
        is_active boolean not null default true,
        access_version int not null default 1,
        claims_at timestamptz(3),
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now(),
        constraint users_email_check check (email = lower(email)),
        constraint users_role_check check (role in ('CUSTOMER', 'AGENT', 'ADMIN'))
      );
      create index on users (organization_id);

      create table user_projects (
        user_id uuid not null references users,
        project_id uuid not null references projects,
        primary key (user_id, project_id)
      );
      create index on user_projects (project_id);

      create table groups (
        id uuid primary key default gen_random_uuid(),
        name text not null unique,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now()
      );

      create table group_members (
        group_id uuid not null references groups,
        user_id uuid not null references users,
        primary key (group_id, user_id)
      );
      create index on group_members (user_id);

      create table states (
        id uuid primary key default gen_random_uuid(),
        type text not null,
        key text not null,
        description text not null,
        localized_names jsonb not null,
        rank int not null,
        category text,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now(),
        unique (type, key),
        constraint states_category_check check
          ((category is not null) = (type = 'STATE') and category in ('OPEN', 'IN_PROGRESS', 'WAITING', 'RESOLVED', 'CLOSED')),
        constraint states_type_check check (type in ('STATE', 'TYPE', 'PRIORITY', 'STAGE', 'OUTCOME'))
      );

      create table topics (
        id uuid primary key default gen_random_uuid(),
        key text not null unique,
        parent_id uuid references topics,
        localized_names jsonb not null,
        rank int not null
      );
      create index on topics (parent_id);

      insert into installation default values;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `drop table topics, states, group_members, groups, user_projects, users, projects, organizations, installation`,
    );
  }
}
