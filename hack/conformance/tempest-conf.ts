// tempest.conf for this cloud. Pure. What the cloud does not have is not switched off here: a missing feature is to fail, not to be skipped.

export interface CloudFacts {
  /** Where everything of the run is. */
  folder: string;
  identityURL: string;
  adminPassword: string;
  imageID: string;
  flavorID: string;
  otherFlavorID: string;
  externalNetworkID: string;
  /** Guests run and can be logged in to. */
  hasGuests: boolean;
}

/** Of the security compliance, as the cloud has them during the run: Tempest's tests wait as long as a lock-out lasts. */
export const lockoutAttempts = 3;
export const lockoutSeconds = 5;
export const uniquePasswords = 2;

const compliance = {
  user_lockout_failure_attempts: lockoutAttempts,
  user_lockout_duration: lockoutSeconds,
  user_unique_last_password_count: uniquePasswords,
};

type Sections = Record<string, Record<string, string | number | boolean>>;

function sections(facts: CloudFacts): Sections {
  return {
    DEFAULT: { log_dir: `${facts.folder}/logs`, log_file: "tempest.log" },
    oslo_concurrency: { lock_path: `${facts.folder}/lock` },
    auth: {
      use_dynamic_credentials: false,
      test_accounts_file: `${facts.folder}/accounts.yaml`,
      admin_username: "admin",
      admin_password: facts.adminPassword,
      admin_project_name: "admin",
      admin_domain_name: "Default",
      tempest_roles: "member",
    },
    identity: { uri_v3: `${facts.identityURL}/v3`, auth_version: "v3", v3_endpoint_type: "public", region: "RegionOne", ...compliance },
    "identity-feature-enabled": {
      api_v2: false,
      api_v2_admin: false,
      domain_specific_drivers: false,
      immutable_user_source: false,
      trust: true,
      application_credentials: true,
      access_rules: true,
      security_compliance: true,
    },
    compute: {
      image_ref: facts.imageID,
      image_ref_alt: facts.imageID,
      flavor_ref: facts.flavorID,
      flavor_ref_alt: facts.otherFlavorID,
      endpoint_type: "public",
      min_microversion: "2.1",
      max_microversion: "2.96",
      fixed_network_name: "conformance-1",
      build_timeout: 120,
    },
    "compute-feature-enabled": { cold_migration: false, live_migration: false, change_password: false, personality: false },
    // Tempest uploads random bytes under every format named here; ours are looked into, as Glance does since 2024.
    image: { endpoint_type: "public", container_formats: "bare", disk_formats: "raw" },
    network: {
      endpoint_type: "public",
      public_network_id: facts.externalNetworkID,
      floating_network_name: "public",
      project_network_cidr: "10.120.0.0/16",
      project_networks_reachable: false,
    },
    "network-feature-enabled": { ipv6: true, floating_ips: true, port_security: true },
    validation: { run_validation: facts.hasGuests, image_ssh_user: "debian", ssh_key_type: "ecdsa", network_for_ssh: "public" },
    volume: { endpoint_type: "public", catalog_type: "volumev3", volume_size: 1, min_microversion: "3.0", max_microversion: "3.71" },
    service_available: { nova: true, glance: true, neutron: true, cinder: true, swift: false, horizon: false },
  };
}

export function tempestConf(facts: CloudFacts): string {
  const section = ([name, options]: [string, Sections[string]]) =>
    [`[${name}]`, ...Object.entries(options).map(([key, value]) => `${key} = ${value}`), ""].join("\n");
  return Object.entries(sections(facts)).map(section).join("\n");
}
