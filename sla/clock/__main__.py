from sla.clock.command import main

raise SystemExit(main())
