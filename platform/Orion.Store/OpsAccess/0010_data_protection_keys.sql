-- Keys of ASP.NET Core's data protection, so that whoever signed in at one api is known to all. They are in the clear, as is all that they
-- protect: the secrets of sessions are not, they are kept as SHA-256 only.
CREATE TABLE data_protection_keys (
  name TEXT PRIMARY KEY,
  xml TEXT NOT NULL
);
