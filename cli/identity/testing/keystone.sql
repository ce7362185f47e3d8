-- A small Keystone as mysqldump writes it. Written for the import's story.
/*!40101 SET NAMES utf8mb4 */;
DROP TABLE IF EXISTS `project`;
CREATE TABLE `project` (
  `id` varchar(64) NOT NULL,
  `name` varchar(64) NOT NULL,
  `extra` text DEFAULT NULL,
  `description` text DEFAULT NULL,
  `enabled` tinyint(1) DEFAULT NULL,
  `domain_id` varchar(64) NOT NULL,
  `parent_id` varchar(64) DEFAULT NULL,
  `is_domain` tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB;
LOCK TABLES `project` WRITE;
INSERT INTO `project` VALUES ('<<keystone.domain.root>>','<<keystone.domain.root>>','{}','',0,'<<keystone.domain.root>>',NULL,1),('default','Default','{}','The default domain',1,'<<keystone.domain.root>>',NULL,1),('d0000000000000000000000000000001','Acme','{}','It\'s Acme',1,'<<keystone.domain.root>>',NULL,1),('a0000000000000000000000000000002','web-test','{}','',1,'d0000000000000000000000000000001','a0000000000000000000000000000001',0),('a0000000000000000000000000000001','Web','{}','the web; all of it',1,'d0000000000000000000000000000001','d0000000000000000000000000000001',0),('a0000000000000000000000000000003','demo','{}','',1,'default','default',0);
UNLOCK TABLES;
CREATE TABLE `project_tag` (
  `project_id` varchar(64) NOT NULL,
  `name` varchar(255) NOT NULL
);
INSERT INTO `project_tag` VALUES ('a0000000000000000000000000000001','prod');
CREATE TABLE `role` (
  `id` varchar(64) NOT NULL,
  `name` varchar(255) NOT NULL,
  `extra` text DEFAULT NULL,
  `domain_id` varchar(64) NOT NULL DEFAULT '<<null>>',
  `description` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`id`)
);
INSERT INTO `role` VALUES ('b0000000000000000000000000000001','member','{}','<<null>>',NULL),('b0000000000000000000000000000002','operator','{}','<<null>>','runs things');
CREATE TABLE `implied_role` (
  `prior_role_id` varchar(64) NOT NULL,
  `implied_role_id` varchar(64) NOT NULL
);
INSERT INTO `implied_role` VALUES ('b0000000000000000000000000000002','b0000000000000000000000000000001');
CREATE TABLE `user` (
  `id` varchar(64) NOT NULL,
  `extra` text DEFAULT NULL,
  `enabled` tinyint(1) DEFAULT NULL,
  `default_project_id` varchar(64) DEFAULT NULL,
  `created_at` datetime DEFAULT NULL,
  `last_active_at` date DEFAULT NULL,
  `domain_id` varchar(64) NOT NULL,
  PRIMARY KEY (`id`)
);
INSERT INTO `user` VALUES ('c0000000000000000000000000000001','{\"email\": \"ada@acme.org\", \"team\": \"engines\"}',1,'a0000000000000000000000000000001','2020-01-01 00:00:00',NULL,'d0000000000000000000000000000001'),('c0000000000000000000000000000002','{}',0,NULL,'2020-01-01 00:00:00',NULL,'d0000000000000000000000000000001'),('c0000000000000000000000000000003','{}',1,NULL,'2020-01-01 00:00:00',NULL,'d0000000000000000000000000000001'),('c0000000000000000000000000000004','{}',1,NULL,'2020-01-01 00:00:00',NULL,'d0000000000000000000000000000001');
CREATE TABLE `local_user` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `domain_id` varchar(64) NOT NULL,
  `user_id` varchar(64) NOT NULL,
  `name` varchar(255) NOT NULL,
  `failed_auth_count` int(11) DEFAULT NULL,
  `failed_auth_at` datetime DEFAULT NULL,
  PRIMARY KEY (`id`)
);
INSERT INTO `local_user` VALUES (1,'d0000000000000000000000000000001','c0000000000000000000000000000001','Ada',0,NULL),(2,'d0000000000000000000000000000001','c0000000000000000000000000000002','Bob',0,NULL),(3,'d0000000000000000000000000000001','c0000000000000000000000000000003','Eve',0,NULL);
CREATE TABLE `password` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `local_user_id` int(11) NOT NULL,
  `expires_at` datetime DEFAULT NULL,
  `self_service` tinyint(1) NOT NULL DEFAULT 0,
  `password_hash` varchar(255) DEFAULT NULL,
  `created_at_int` bigint(20) NOT NULL DEFAULT 0,
  `expires_at_int` bigint(20) DEFAULT NULL,
  `created_at` datetime NOT NULL,
  PRIMARY KEY (`id`)
);
INSERT INTO `password` VALUES (2,1,NULL,0,'$2b$05$.NJ/64RvXOmefBv80KIeneWIjKKpprXUFSS9sptDlVaofmdbEMFYS',1600000000000000,NULL,'2020-09-13 12:26:40'),(1,1,NULL,0,'$2b$05$4J1RsplD3NYCcSXZmVyEBu6UrvLQdSDWL7vKN5idCh4u6vpzmbk4G',1500000000000000,NULL,'2017-07-14 02:40:00'),(3,2,NULL,0,'$scrypt$ln=10,r=8,p=1$tRZi7J0zJgSAEIKwVipFaA$eX/0tTqMsA7WXCO0nFclYacEP50F9GZEA5y+N8g4Vt0',1600000000000000,NULL,'2020-09-13 12:26:40'),(4,3,NULL,0,'$6$rounds=10000$old$form',1600000000000000,NULL,'2020-09-13 12:26:40');
CREATE TABLE `user_option` (
  `user_id` varchar(64) NOT NULL,
  `option_id` varchar(4) NOT NULL,
  `option_value` text DEFAULT NULL
);
INSERT INTO `user_option` VALUES ('c0000000000000000000000000000001','1002','true'),('c0000000000000000000000000000001','MFAE','false'),('c0000000000000000000000000000001','MFAR','[[\"password\", \"totp\"]]');
CREATE TABLE `federated_user` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `user_id` varchar(64) NOT NULL,
  `idp_id` varchar(64) NOT NULL,
  `protocol_id` varchar(64) NOT NULL,
  `unique_id` varchar(255) NOT NULL,
  `display_name` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`id`)
);
INSERT INTO `federated_user` VALUES (1,'c0000000000000000000000000000004','corporate','openid','sub-1','carol');
CREATE TABLE `group` (
  `id` varchar(64) NOT NULL,
  `domain_id` varchar(64) NOT NULL,
  `name` varchar(64) NOT NULL,
  `description` text DEFAULT NULL,
  `extra` text DEFAULT NULL
);
INSERT INTO `group` VALUES ('e0000000000000000000000000000001','d0000000000000000000000000000001','operators','','{}');
CREATE TABLE `user_group_membership` (
  `user_id` varchar(64) NOT NULL,
  `group_id` varchar(64) NOT NULL
);
INSERT INTO `user_group_membership` VALUES ('c0000000000000000000000000000001','e0000000000000000000000000000001');
CREATE TABLE `assignment` (
  `type` enum('UserProject','GroupProject','UserDomain','GroupDomain') NOT NULL,
  `actor_id` varchar(64) NOT NULL,
  `target_id` varchar(64) NOT NULL,
  `role_id` varchar(64) NOT NULL,
  `inherited` tinyint(1) NOT NULL
);
INSERT INTO `assignment` VALUES ('UserProject','c0000000000000000000000000000001','a0000000000000000000000000000001','b0000000000000000000000000000001',0),('GroupDomain','e0000000000000000000000000000001','d0000000000000000000000000000001','b0000000000000000000000000000002',1),('UserProject','c0000000000000000000000000000001','a0000000000000000000000000000003','b0000000000000000000000000000001',0);
CREATE TABLE `credential` (
  `id` varchar(64) NOT NULL,
  `user_id` varchar(64) NOT NULL
);
INSERT INTO `credential` VALUES ('f1','c0000000000000000000000000000001');
