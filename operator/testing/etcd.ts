// An etcd of one or more members for tests, of which one may be killed.
import type { ChildProcess } from "node:child_process";

export interface EtcdMember {
  /** Where clients reach it. */
  url: string;
  process: ChildProcess;
}

export interface EtcdAddress {
  name: string;
  client: string;
  peer: string;
}

/** Flags of one member of a new cluster. */
export function etcdFlags(own: EtcdAddress, all: readonly EtcdAddress[]): string[] {
  return [
    `--name=${own.name}`,
    `--data-dir=${own.name}`,
    "--unsafe-no-fsync",
    "--log-level=error",
    `--listen-client-urls=${own.client}`,
    `--advertise-client-urls=${own.client}`,
    `--listen-peer-urls=${own.peer}`,
    `--initial-advertise-peer-urls=${own.peer}`,
    `--initial-cluster=${all.map(({ name, peer }) => `${name}=${peer}`).join(",")}`,
  ];
}

interface MemberStatus {
  header: { member_id: string };
  leader: string;
}

/** The member that leads now. Throws while there is none. */
export async function leaderOf(members: readonly EtcdMember[]): Promise<EtcdMember> {
  for (const member of members) {
    const answer = await fetch(`${member.url}/v3/maintenance/status`, { method: "POST", body: "{}" }).catch(() => undefined);
    if (!answer?.ok) continue;
    const { header, leader } = (await answer.json()) as MemberStatus;
    if (header.member_id === leader) return member;
  }
  throw new Error("no member of etcd leads");
}
