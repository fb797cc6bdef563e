-- streams: dcim, storage_inventory, storage_access
-- Systems that may hold weights: those the inventory says so of, and those on which somebody listed or touched any.
SELECT asset AS system FROM dcim WHERE kind = 'storage' AND holds_weights AND status = 'active'
UNION
SELECT system FROM storage_inventory
UNION
SELECT system FROM storage_access
ORDER BY system
